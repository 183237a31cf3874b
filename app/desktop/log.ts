import type { Log } from '../../main/host.ts';

/** One JSON object a line on stderr: kept by journald or a terminal, lost where there is neither. */
export const log: Log = (event, fields) => {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), event, ...fields })}\n`);
};

export function causeOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
