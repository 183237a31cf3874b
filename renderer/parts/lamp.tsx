import type { ReactNode } from 'react';
import type { LampShown } from '../view/lamp.ts';

const ring = <circle cx="10" cy="10" r="6" />;

/** Each state has a shape of its own; the colour only repeats it. */
const SHAPES: Readonly<Record<LampShown, ReactNode>> = {
  live: (
    <>
      <circle className="lamp-halo" cx="10" cy="10" r="10" />
      {ring}
    </>
  ),
  paused: (
    <>
      <rect x="4.5" y="4" width="4" height="12" rx="1" />
      <rect x="11.5" y="4" width="4" height="12" rx="1" />
    </>
  ),
  trouble: ring,
  unknown: ring,
  off: ring,
};

/** The word beside it says the state, so the drawing itself is silent. */
export function LampLight({ lamp }: { readonly lamp: LampShown }) {
  return (
    <svg className={`lamp lamp-${lamp}`} viewBox="0 0 20 20" aria-hidden="true">
      {SHAPES[lamp]}
    </svg>
  );
}
