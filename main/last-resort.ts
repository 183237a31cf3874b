import type { Log } from './host.ts';

/** How long a process that met a bug may take to finalize what it holds. */
const PATIENCE_MS = 5000;

/**
 * For what nobody caught: it is logged with its cause, the recording is finalized, the process ends with 1. A process
 * in an unknown state records nothing more. Every host that captures or serves sets this up once.
 */
export function finishOnBug(finish: () => Promise<void>, log: Log): void {
  let finishing = false;
  const met = (kind: string) => (error: unknown) => {
    log('process.bug', {
      kind,
      cause: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    if (finishing) return;
    finishing = true;
    setTimeout(() => process.exit(1), PATIENCE_MS).unref();
    finish().then(
      () => process.exit(1),
      () => process.exit(1),
    );
  };
  process.on('uncaughtException', met('exception'));
  process.on('unhandledRejection', met('rejection'));
}
