import type { ReactNode } from 'react';
import type { ChannelKind } from '../../contract/channel.ts';

const KIND_ICONS: Readonly<Record<ChannelKind, ReactNode>> = {
  mic: (
    <>
      <rect x="7.5" y="2" width="5" height="9.5" rx="2.5" />
      <path d="M4 9.5a6 6 0 0 0 12 0M10 15.5V18" />
    </>
  ),
  system_audio: (
    <path d="M3 7.8v4.4h3.2l4 3.3v-11l-4 3.3zM13.4 7.4a3.8 3.8 0 0 1 0 5.2M15.8 5a7.2 7.2 0 0 1 0 10" />
  ),
  display: (
    <>
      <rect x="2.5" y="3.5" width="15" height="10" rx="1.8" />
      <path d="M7 17h6M10 13.5V17" />
    </>
  ),
};

/** Beside a name that says the same, so never read aloud. */
export function KindIcon({ kind }: { readonly kind: ChannelKind }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true">
      {KIND_ICONS[kind]}
    </svg>
  );
}

export function LockIcon() {
  return (
    <svg className="icon icon-small" viewBox="0 0 20 20" aria-hidden="true">
      <rect x="4.5" y="9" width="11" height="8" rx="1.8" />
      <path d="M7 9V6.5a3 3 0 0 1 6 0V9" />
    </svg>
  );
}

/** A gear by its rays: few enough to be seen as one in 16 px. */
export function SettingsIcon() {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="3.1" />
      <path d="M10 2.5v2.2M10 15.3v2.2M17.5 10h-2.2M4.7 10H2.5M15.3 4.7l-1.55 1.55M6.25 13.75 4.7 15.3M15.3 15.3l-1.55-1.55M6.25 6.25 4.7 4.7" />
    </svg>
  );
}

export function CareIcon() {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d="M10 3 18 16.5H2zM10 8v4M10 14.2v.1" />
    </svg>
  );
}

export function CheckIcon() {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d="m4.5 10.5 3.7 3.7 7.3-8" />
    </svg>
  );
}
