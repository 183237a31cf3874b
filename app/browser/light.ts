import type { Capture } from '../../main/host.ts';
import type { FaceServer } from './face-server.ts';

/** A reload or a crashed page comes back well within this. */
const DARK_MS = 10_000;

/**
 * Nothing records unless the light is on: this host has no tray, its window is the light. Where no window has been
 * connected for a while the recording is paused, devices released, until the person is back and resumes.
 */
export function keepTheLight(capture: Capture, faces: FaceServer, tell: (text: string) => void): () => void {
  let state = 'idle';
  let timer: NodeJS.Timeout | undefined;

  const unsubscribe = capture.onSnapshot((snapshot) => {
    state = snapshot.session.state;
    watch(faces.faces());
  });
  function watch(count: number): void {
    const dark = count === 0 && (state === 'recording' || state === 'starting');
    if (!dark) {
      clearTimeout(timer);
      timer = undefined;
    } else timer ??= setTimeout(pause, DARK_MS);
  }
  async function pause(): Promise<void> {
    timer = undefined;
    const paused = await capture.call('session.pause', { reason: 'no-window' });
    if (paused.ok)
      tell(
        `Paused: no window shows the light any more. Open ${faces.link()} to go on, or press Ctrl+C to finish.`,
      );
  }
  faces.onFaces(watch);
  return () => {
    clearTimeout(timer);
    unsubscribe();
  };
}
