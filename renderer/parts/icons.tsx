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

export function SettingsIcon() {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="2.6" />
      <path d="M8.2 4.3L8.7 2.2L11.3 2.2L11.8 4.3L12.8 4.7L14.6 3.5L16.5 5.4L15.3 7.2L15.7 8.2L17.8 8.7L17.8 11.3L15.7 11.8L15.3 12.8L16.5 14.6L14.6 16.5L12.8 15.3L11.8 15.7L11.3 17.8L8.7 17.8L8.2 15.7L7.2 15.3L5.4 16.5L3.5 14.6L4.7 12.8L4.3 11.8L2.2 11.3L2.2 8.7L4.3 8.2L4.7 7.2L3.5 5.4L5.4 3.5L7.2 4.7z" />
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
