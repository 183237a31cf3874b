import type { Hono } from 'hono';
import { errorOf } from '../../contract/result.ts';
import { readBounded } from '../http/body.ts';
import { refused } from '../http/envelope.ts';
import { logged } from '../http/router.ts';
import { causeOf } from '../log.ts';
import type { Parts } from '../parts.ts';
import type { PeersAcross } from './across.ts';
import { HOP_HEADER, newHearing, openedParcel, sealedParcel } from './hop.ts';

/** As the largest fragment, and what is said of it. */
const MAX_BYTES = 17 * 1024 * 1024;

/** Hears what other instances hand over. Whoever else asks learns nothing, and nothing that they send is read. */
export function serveInstances(app: Hono, parts: Parts, id: string, peers: PeersAcross): void {
  const key = parts.keyring.hopKey;
  const admit = newHearing(key, id);
  const hear = async (request: Request): Promise<Response> => {
    const envelope = admit(request.headers.get(HOP_HEADER) ?? undefined, parts.clock());
    if (envelope === undefined) return refused(errorOf('not-authorised'));
    const body = await readBounded(request, MAX_BYTES);
    if (!body.ok) return refused(body.error);
    const parcel = openedParcel(key, envelope, 'to', body.value);
    if (parcel === undefined) return refused(errorOf('not-authorised'));
    const answer = peers.heard(parcel);
    return answer === undefined
      ? new Response(null, { status: 204 })
      : new Response(new Uint8Array(sealedParcel(key, envelope, 'back', answer)));
  };
  app.post('/instance', (context) =>
    logged(parts, 'POST', '/instance', async () => {
      try {
        return { response: await hear(context.req.raw) };
      } catch (error) {
        return { response: refused(errorOf('internal')), cause: causeOf(error) };
      }
    }),
  );
}
