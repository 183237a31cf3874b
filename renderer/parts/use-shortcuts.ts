import { useEffect } from 'react';
import type { ConnectedFace } from '../store/connect.ts';
import type { ActionName } from '../view/actions.ts';
import { actionsOf } from '../view/actions.ts';
import { isMac, letterOf } from '../view/shortcuts.ts';
import { perform } from './perform.ts';

/** The same actions as the buttons, from anywhere in the window; `offered`: whether the buttons are there, or which of them. */
export function useShortcuts(
  { store, ask }: ConnectedFace,
  offered: boolean | ReadonlySet<ActionName>,
): void {
  useEffect(() => {
    const mac = isMac(navigator.platform);
    function pressed(press: KeyboardEvent): void {
      const letter = letterOf(press, mac);
      const face = store.getState();
      if (letter === null || face.snapshot === null) return;
      // Ctrl+Shift+R would otherwise reload the window in the middle of a recording.
      press.preventDefault();
      const action = actionsOf(face).find((candidate) => candidate.letter === letter);
      const isOffered =
        action !== undefined && (typeof offered === 'boolean' ? offered : offered.has(action.name));
      if (isOffered && !action.blocked && !press.repeat) perform(action.name, face, ask);
    }
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [store, ask, offered]);
}
