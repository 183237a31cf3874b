import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { Capture } from '../../main/host.ts';

/** The first snapshot, from now on, of which the condition is true. */
export function whenSnapshot(
  capture: Pick<Capture, 'onSnapshot'>,
  condition: (snapshot: Snapshot) => boolean,
): Promise<Snapshot> {
  return new Promise((resolve) => {
    let done = false;
    const unsubscribe = capture.onSnapshot((snapshot) => {
      if (done || !condition(snapshot)) return;
      done = true;
      resolve(snapshot);
      // The first call comes from within onSnapshot itself, before there is anything to unsubscribe.
      queueMicrotask(() => unsubscribe());
    });
  });
}
