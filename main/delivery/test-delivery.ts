import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify, EmbeddedJWK } from 'jose';
import { canonicalJson } from '../../contract/canonical.ts';
import { type DeliveryClaims, MANIFEST_TYP, manifestClaims } from '../../contract/delivery-receipt.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { StopSessionRequest } from '../../contract/wire.ts';
import { digestOf, type Stream } from './test-streams.ts';

/** Whether the client signed what it says it made. Error: `bad-request`, saying what does not fit. */
export async function checkManifest(
  { manifest_jws: jws, ...said }: StopSessionRequest,
  sessionId: string,
  jkt: string | undefined,
): Promise<Result<void>> {
  if (jws === undefined) return fail('bad-request', 'manifest: not signed');
  const verified = await compactVerify(jws, EmbeddedJWK, { algorithms: ['ES256'] }).catch(() => undefined);
  const jwk = verified?.protectedHeader.jwk;
  if (verified === undefined || jwk === undefined) return fail('bad-request', 'manifest: the signature');
  if (verified.protectedHeader.typ !== MANIFEST_TYP) return fail('bad-request', 'manifest: the type');
  if ((await calculateJwkThumbprint(jwk)) !== jkt) return fail('bad-request', 'manifest: the key');
  const {
    session_id,
    iat: _,
    ...signed
  } = manifestClaims.parse(JSON.parse(Buffer.from(verified.payload).toString()));
  const isSame = session_id === sessionId && canonicalJson(signed) === canonicalJson(said);
  return isSame ? ok(undefined) : fail('bad-request', 'manifest: the content');
}

/** What the service holds of a session, as it would sign it. */
export function deliveryOf(
  sessionId: string,
  streams: readonly Stream[],
  { manifest_jws: jws = '' }: StopSessionRequest,
  nowMs: number,
): DeliveryClaims {
  return {
    session_id: sessionId,
    channels: streams
      .filter(({ store, isErased }) => store && !isErased)
      .map(({ name, held }) => ({
        channel_id: name,
        takes: new Set(held.map(({ take }) => take)).size,
        fragments: held.length,
        bytes: held.reduce((sum, { bytes }) => sum + bytes, 0),
        digest: digestOf(held),
        videos: [],
      })),
    manifest_sha256: createHash('sha256').update(jws).digest('hex'),
    iat: Math.floor(nowMs / 1000),
  };
}
