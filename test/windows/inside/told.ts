import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a program of this folder was asked; `outputs` is the folder in which it may leave files. */
export function asked<Question>(): Question & { readonly outputs: string } {
  return JSON.parse(process.argv[2] ?? '{}') as Question & { readonly outputs: string };
}

/** One thing that a program of this folder tells; what more it has is between it and its test. */
export type Told = { readonly what: string } & Readonly<Record<string, unknown>>;

/** Tells the test outside one thing, as it happens: under Wine, node.exe can only print into files. */
export function tell(told: Told): void {
  appendFileSync(join(asked().outputs, 'told.jsonl'), `${JSON.stringify(told)}\n`);
}
