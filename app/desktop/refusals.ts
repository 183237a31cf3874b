import type { RefusedSetting } from '../../contract/settings.ts';
import type { Shell } from '../../main/host.ts';

/** What of the settings the system did not take; main tells it to the faces. */
export type Refusals = NonNullable<Shell['refused']> & {
  readonly set: (setting: RefusedSetting, isRefused: boolean) => void;
};

export function makeRefusals(): Refusals {
  const refused = new Set<RefusedSetting>();
  const listeners = new Set<() => void>();
  return {
    now: () => [...refused],
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set: (setting, isRefused) => {
      if (refused.has(setting) === isRefused) return;
      if (isRefused) refused.add(setting);
      else refused.delete(setting);
      for (const listener of listeners) listener();
    },
  };
}
