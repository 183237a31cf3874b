import type { ErrorCode } from './errors.ts';
import { REMEDIES } from './errors.ts';
import { MEANINGS, type Meaning } from './meanings.ts';

/**
 * An expected failure, as a value: it crosses IPC, WebSocket and HTTP without losing anything.
 * `message` is for the person, `action` says what to do next, `detail` is for the diagnostics view and
 * the log. None of them may hold a token, a key or media.
 */
export type TallylightError = {
  readonly code: ErrorCode;
  /** Where the code means something else than its remedy says; message and action are of it then. */
  readonly meaning?: Meaning;
  readonly message: string;
  readonly action: string;
  readonly retryable: boolean;
  readonly detail?: string;
};

export type Ok<T> = { readonly ok: true; readonly value: T };
export type Failed = { readonly ok: false; readonly error: TallylightError };
export type Result<T> = Ok<T> | Failed;

export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

/** An error of the closed list with its remedy. `detail` names the thing at fault, e.g. a channel id. */
export function errorOf(code: ErrorCode, detail?: string): TallylightError {
  const { message, action, retryable } = REMEDIES[code];
  return detail === undefined
    ? { code, message, action, retryable }
    : { code, message, action, retryable, detail };
}

/** The same error where it means something else than its remedy says. */
export function meant(error: TallylightError, meaning: Meaning): TallylightError {
  return { ...error, meaning, ...MEANINGS[meaning] };
}

export function fail(code: ErrorCode, detail?: string): Failed {
  return { ok: false, error: errorOf(code, detail) };
}

/** Closes a switch over a tagged union: a new variant stops compiling where it is not handled. */
export function assertNever(value: never): never {
  throw new Error(`a case is not handled: ${JSON.stringify(value)}`);
}
