import { app, powerMonitor } from 'electron/main';
import type { Capture } from '../../main/host.ts';
import { causeOf, log } from './log.ts';

/** A recording is finalized in well under a second; an operating system that shuts down does not wait much longer. */
const PATIENCE_MS = 5000;

export type Leaving = {
  readonly leave: () => void;
  /** Leaves in the same way, and starts the app anew at the end. A quit that has begun stays a quit. */
  readonly reopen: () => void;
  readonly begun: () => boolean;
};

/**
 * One way out for every quit: the recording is finalized first, and nothing that hangs can hold the app for long. `handOn`
 * is called where the app is to be started anew, just before that.
 */
export function leaveOnce(capture: Promise<Capture>, handOn: () => void): Leaving {
  let begun = false;

  function leave(last: () => void = () => undefined): void {
    if (begun) return;
    begun = true;
    let isOver = false;
    const exit = () => {
      if (isOver) return;
      isOver = true;
      last();
      app.exit(0);
    };
    const patience = setTimeout(() => {
      log('desktop.left-unfinished', { patienceMs: PATIENCE_MS });
      exit();
    }, PATIENCE_MS);
    capture
      .then((running) => running.close())
      .catch((error: unknown) => log('desktop.close-failed', { cause: causeOf(error) }))
      .finally(() => {
        clearTimeout(patience);
        exit();
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
  return {
    leave: () => leave(),
    reopen: () =>
      leave(() => {
        handOn();
        app.relaunch();
      }),
    begun: () => begun,
  };
}
