import type { StoreApi } from 'zustand/vanilla';
import type { Bridge } from '../../contract/bridge/bridge.ts';
import { received, unreachable } from './changes.ts';
import type { Face } from './face.ts';

/** Main sends levels several times a second while it records; this long without a word is worth a question. */
const QUIET_MS = 2000;
/** Together with the question five seconds: no light is shown longer than that on main's old word. */
const ANSWER_MS = 3000;

/**
 * A main that hangs keeps its socket open. While the lamp is live its silence is met with a question, and a
 * question without an answer with the truth: it cannot be reached, so nobody knows what is live.
 */
export function watchSilence(store: StoreApi<Face>, bridge: Bridge, nowMs: () => number): void {
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function question(): Promise<void> {
    timer = setTimeout(() => store.setState(unreachable), ANSWER_MS);
    const result = await bridge.call('snapshot.read', {}).catch(() => null);
    if (result?.ok === true) store.setState((face) => received(face, result.value, nowMs()));
  }

  store.subscribe((face, before) => {
    if (face.arrivedAtMs === before.arrivedAtMs && face.snapshot === before.snapshot) return;
    clearTimeout(timer);
    if (face.snapshot?.lamp === 'live') timer = setTimeout(() => void question(), QUIET_MS);
  });
}
