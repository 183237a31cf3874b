import { errorOf, type TallylightError } from '../../contract/result.ts';
import { waitAfter } from '../events/retry-schedule.ts';
import type { Parts } from '../parts.ts';
import type { ClaimedCopy, CopyRecord } from '../store/records.ts';
import { noteCopy } from './noted.ts';

/** To be tried again, after a wait that grows. False where it was deleted meanwhile, or somebody else has it. */
export function tryAgain(
  { store, clock }: Pick<Parts, 'store' | 'clock'>,
  copy: ClaimedCopy,
  { code, detail = '' }: TallylightError,
): Promise<boolean> {
  const attempts = copy.attempts + 1;
  const nextAt = clock() + waitAfter(attempts, Math.random());
  return store.settleCopy(copy, { attempts, nextAt, lastError: detail === '' ? code : `${code}: ${detail}` });
}

/**
 * Whether there is something to write down: an entry stays for ever, and what fails is tried for as long as it takes. How often
 * that was is told by the copy itself.
 */
export function isNews({ attempts, lastError }: CopyRecord, { code }: TallylightError): boolean {
  return attempts === 0 || lastError.split(': ', 1)[0] !== code;
}

/** To be tried again, with an entry where it did not fail before, or for another reason. */
export async function failed(parts: Parts, copy: ClaimedCopy, error: TallylightError): Promise<void> {
  if (!(await tryAgain(parts, copy, error))) return;
  // It arrived; what is left to do is told by the log.
  if (copy.state === 'leaving' || !isNews(copy, error)) return;
  await noteCopy(parts, copy, await parts.store.session(copy.sessionId), 'copy.failed', error.code);
}

/** What an exception is to whoever reads the list: a disk that is broken says `EIO`. The rest is in the log. */
export function unexpected(error: unknown): TallylightError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  return errorOf('service-failed', code !== undefined && /^E[A-Z]+$/.test(code) ? code : undefined);
}
