import { app, powerMonitor } from 'electron/main';
import type { Capture } from '../../main/host.ts';
import { causeOf, log } from './log.ts';

/** A recording is finalized in well under a second; an operating system that shuts down does not wait much longer. */
const PATIENCE_MS = 5000;

export type Leaving = { readonly leave: () => void; readonly begun: () => boolean };

/** One way out for every quit: the recording is finalized first, and nothing that hangs can hold the app for long. */
export function leaveOnce(capture: Promise<Capture>): Leaving {
  let begun = false;

  function leave(): void {
    if (begun) return;
    begun = true;
    const patience = setTimeout(() => {
      log('desktop.left-unfinished', { patienceMs: PATIENCE_MS });
      app.exit(0);
    }, PATIENCE_MS);
    capture
      .then((running) => running.close())
      .catch((error: unknown) => log('desktop.close-failed', { cause: causeOf(error) }))
      .finally(() => {
        clearTimeout(patience);
        app.exit(0);
      });
  }

  // `app.exit` emits neither of these again, so that each always means a first or an impatient request.
  app.on('before-quit', (event) => {
    event.preventDefault();
    leave();
  });
  // The documentation passes an event here that holds the shutdown up; the types of 45.4.1 leave it out.
  powerMonitor.on('shutdown', (event?: { preventDefault(): void }) => {
    event?.preventDefault();
    leave();
  });
  return { leave, begun: () => begun };
}
