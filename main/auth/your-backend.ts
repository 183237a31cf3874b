import { z } from 'zod';
import { sessionId } from '../../contract/fragment.ts';
import { errorOf, fail, ok, type Result } from '../../contract/result.ts';
import { serviceAddress } from '../delivery/address.ts';
import { readAnswer } from '../delivery/answer.ts';
import { unreached } from '../delivery/unreached.ts';
import type { Connection, Grant } from '../host.ts';
import { type ClientKey, clientKey } from './client-key.ts';

const answer = z.object({
  server: z.string(),
  session_id: sessionId,
  title: z.string().nullable().optional(),
  token: z.string().min(1),
  /** Unix time in seconds. */
  expires_at: z.int(),
  /** RFC 7638 thumbprint of the key the media service signs with. */
  service_key: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/)
    .optional(),
});

/**
 * Your backend: holds the API key and hands out sessions and short-lived tokens (examples/your-backend).
 * `secret` proves to it that this client may ask; like the token it stays in memory. It is told the thumbprint of our key
 * (`jkt`), so that it can have the token bound to it from the start.
 */
export function yourBackend(url: string, secret: string, key: ClientKey = clientKey): Connection {
  const address = serviceAddress(url);

  async function ask(path: string, body: object): Promise<Result<Grant>> {
    if (!address.ok) return address;
    let status: number;
    let told: unknown;
    try {
      const response = await fetch(`${address.value}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, jkt: await key.jkt() }),
        redirect: 'manual',
        signal: AbortSignal.timeout(10_000),
      });
      status = response.status;
      told = await readAnswer(response);
    } catch (error) {
      return { ok: false, error: unreached(error, 'your backend') };
    }
    const granted = answer.safeParse(told);
    if (granted.success)
      return ok({
        server: granted.data.server,
        sessionId: granted.data.session_id,
        title: granted.data.title ?? null,
        token: granted.data.token,
        expiresAtMs: granted.data.expires_at * 1000,
        ...(granted.data.service_key === undefined ? {} : { serviceKey: granted.data.service_key }),
      });
    if (status === 401 || status === 403) return fail('not-authorised', 'your backend');
    if (status === 404) return fail('session-unknown');
    return { ok: false, error: errorOf('service-failed', `your backend answered ${status}`) };
  }

  return {
    open: () => ask('/session', {}),
    reopen: (_server, id) => ask('/token', { session_id: id }),
  };
}

/** A session and a token given by hand, as on the command line. It serves once: a fresh token has to be given anew. */
export function givenGrant(grant: Grant): Connection {
  let used = false;
  function once(): Result<Grant> {
    if (used) return fail('token-expired');
    used = true;
    return ok(grant);
  }
  return {
    open: async () => once(),
    reopen: async (_server, id) => (id === grant.sessionId ? once() : fail('token-foreign', id)),
  };
}
