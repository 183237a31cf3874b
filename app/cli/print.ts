import { REMEDIES } from '../../contract/errors.ts';
import type { TallylightError } from '../../contract/result.ts';

/** How one run of the command line tells things: sentences for people, or one JSON object a line. */
export type Printer = {
  /** A line of the answer itself. */
  readonly line: (text: string, event: object) => void;
  /** Something to know that is not the answer; always on stderr. */
  readonly note: (text: string) => void;
  /** JSON for people too: to be pasted, or of a log. */
  readonly json: (value: object, to?: 'stdout' | 'stderr') => void;
  /** Tells the error and answers the exit code for it. */
  readonly failed: (error: TallylightError) => number;
};

export function printer(isJson: boolean): Printer {
  const json: Printer['json'] = (value, to = 'stdout') => void process[to].write(`${jsonLine(value)}\n`);
  const note = (text: string) => void process.stderr.write(`${printable(text)}\n`);
  return {
    line: (text, event) => (isJson ? json(event) : void process.stdout.write(`${printable(text)}\n`)),
    note,
    json,
    failed: (error) => {
      if (isJson) json({ event: 'error', ...error });
      note(`${messageOf(error)}\n${error.action}`);
      return REMEDIES[error.code].exit;
    },
  };
}

/** What is wrong and what to do, in one line. */
export function reasonOf(error: TallylightError): string {
  return `${messageOf(error)} ${error.action}`;
}

function messageOf({ message, detail }: TallylightError): string {
  return detail === undefined ? message : `${message} (${detail})`;
}

/** A reader that went away, as `head` does, is no error, and a recording goes on without one. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}

/** Names come from devices and other programs: nothing in them may steer a terminal, or show letters out of order. */
const UNPRINTABLE = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu;
const LONGEST = 4_000;

/** The text as it is printed; what is printable stays as it is. */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(UNPRINTABLE, '\ufffd').split('\n').map(shortened).join('\n');
}

function shortened(line: string): string {
  if (line.length <= LONGEST) return line;
  // Not between the halves of one character.
  return `${line.slice(0, LONGEST - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** JSON itself escapes the other control characters. */
function jsonLine(value: object): string {
  return JSON.stringify(value).replace(
    UNPRINTABLE,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `12.3 MB`, decimal, as disks are sold. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
