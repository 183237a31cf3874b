import type { ErrorCode } from '../contract/errors.ts';

/**
 * One line of the log. It has no place for a header, a query, a body or a concrete path, so that no token, key,
 * ticket or media can get into it.
 */
export type LogLine =
  | {
      readonly at: string;
      readonly type: 'request';
      readonly method: string;
      /** The pattern, e.g. `/video/{id}`; `-` where no route matched. */
      readonly route: string;
      readonly status: number;
      readonly ms: number;
      readonly error_code?: string;
      /** Where a request failed inside. */
      readonly cause?: string;
    }
  | FaultLine;

/** Something is wrong that no answer tells: what was found damaged, or where a bug showed. */
export type FaultLine = {
  readonly at: string;
  readonly type: 'fault';
  readonly error_code: ErrorCode;
  readonly cause: string;
};

export type Log = (line: LogLine) => void;

/** The line for a bug, which is what an exception is. `nowMs` is Unix time. */
export function faultOf(error: unknown, nowMs: number): FaultLine {
  return { at: new Date(nowMs).toISOString(), type: 'fault', error_code: 'internal', cause: causeOf(error) };
}

export function causeOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : typeof error;
}
