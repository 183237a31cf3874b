import type { ErrorCode } from '../../contract/errors.ts';
import type { TallylightError } from '../../contract/result.ts';

const OVER: ReadonlySet<ErrorCode> = new Set(['session-ended', 'session-too-long', 'session-unknown']);
const GONE: ReadonlySet<ErrorCode> = new Set(['session-ended', 'session-unknown']);

/** Whether the service takes nothing new of the session any more, whatever it is. */
export function isSessionOver({ code }: Pick<TallylightError, 'code'>): boolean {
  return OVER.has(code);
}

/** Whether it was deleted or ended there by somebody else: what is stored here cannot be delivered either. */
export function isSessionGone({ code }: Pick<TallylightError, 'code'>): boolean {
  return GONE.has(code);
}
