import { REMEDIES } from '../../contract/errors.ts';
import type { TallylightError } from '../../contract/result.ts';

/** How one run of the command line tells things: sentences for people, or one JSON object a line. */
export type Printer = {
  /** A line of the answer itself. */
  readonly line: (text: string, event: object) => void;
  /** Something to know that is not the answer; always on stderr. */
  readonly note: (text: string) => void;
  /** Tells the error and answers the exit code for it. */
  readonly failed: (error: TallylightError) => number;
};

export function printer(json: boolean): Printer {
  const note = (text: string) => void process.stderr.write(`${text}\n`);
  return {
    line: (text, event) => void process.stdout.write(`${json ? JSON.stringify(event) : text}\n`),
    note,
    failed: (error) => {
      if (json) process.stdout.write(`${JSON.stringify({ event: 'error', ...error })}\n`);
      const detail = error.detail === undefined ? '' : ` (${error.detail})`;
      note(`${error.message}${detail}\n${error.action}`);
      return REMEDIES[error.code].exit;
    },
  };
}

/** `12.3 MB`, decimal, as disks are sold. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
