import { globalShortcut } from 'electron/main';
import type { Settings } from '../../contract/settings.ts';
import { causeOf, log } from './log.ts';
import type { Refusals } from './refusals.ts';

type Name = keyof Settings['shortcuts'];
const NAMES: readonly Name[] = ['startStop', 'pause'];

/** Keys that work in every program. What another one has already is refused, and said where the keys are chosen. */
export function globalShortcuts(
  acts: Readonly<Record<Name, () => void>>,
  refusals: Refusals,
): (shortcuts: Settings['shortcuts']) => void {
  const held = new Map<Name, string>();

  function release(name: Name): void {
    const keys = held.get(name);
    held.delete(name);
    if (keys !== undefined) globalShortcut.unregister(keys);
  }

  function take(name: Name, keys: string | null): void {
    const isTaken = keys !== null && registered(keys, acts[name]);
    if (isTaken) held.set(name, keys);
    else if (keys !== null) log('shortcut.refused', { name });
    refusals.set(name, keys !== null && !isTaken);
  }

  let shown: Settings['shortcuts'] = { startStop: null, pause: null };
  return (shortcuts) => {
    const changed = NAMES.filter((name) => shortcuts[name] !== shown[name]);
    shown = shortcuts;
    // First all go, so that two can change places.
    for (const name of changed) release(name);
    for (const name of changed) take(name, shortcuts[name]);
  };
}

/** Electron throws where it cannot read the keys, as it may for those of another version. */
function registered(keys: string, act: () => void): boolean {
  try {
    return globalShortcut.register(keys, act);
  } catch (error) {
    log('shortcut.unreadable', { cause: causeOf(error) });
    return false;
  }
}
