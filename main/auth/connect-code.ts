import { z } from 'zod';
import { errorOf, fail, ok, type Result } from '../../contract/result.ts';
import { serviceAddress } from '../delivery/address.ts';
import { readAnswer } from '../delivery/answer.ts';
import { unreached } from '../delivery/unreached.ts';

/** What your backend shows once and takes once; long enough not to be guessed. */
export const connectCode = z.string().regex(/^[A-Za-z0-9_-]{16,200}$/);

/** What goes into an `authorization` header as it is. */
const answer = z.object({ secret: z.string().regex(/^[\x21-\x7e]{16,500}$/) });
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Gives a one-time code to your backend (`POST <url>/connect`) for the secret that later proves this client to it (`yourBackend`).
 * Asked once: whoever got no answer needs another code. Errors: `code-refused`; `insecure-address` without TLS, and what
 * kept the answer away. None of them holds the code.
 */
export async function secretForCode(url: string, code: string): Promise<Result<string>> {
  const address = serviceAddress(url);
  if (!address.ok) return address;
  if (!connectCode.safeParse(code).success) return fail('code-refused', 'not a code');
  let status: number;
  let told: unknown;
  try {
    const response = await fetch(`${address.value}/connect`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
    });
    status = response.status;
    told = await readAnswer(response, MAX_ANSWER_BYTES);
  } catch (error) {
    return { ok: false, error: unreached(error, 'your backend') };
  }
  const given = answer.safeParse(told);
  if (status === 200 && given.success) return ok(given.data.secret);
  if (REFUSED.has(status)) return fail('code-refused', `your backend answered ${status}`);
  return { ok: false, error: errorOf('service-failed', `your backend answered ${status}`) };
}

/** Unknown, used before, too old, or no such thing there. */
const REFUSED: ReadonlySet<number> = new Set([400, 401, 403, 404, 409, 410, 422]);
