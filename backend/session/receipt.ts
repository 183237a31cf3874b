import { createHash } from 'node:crypto';
import { canonicalJson } from '../../contract/canonical.ts';
import {
  DELIVERY_TYP,
  type DeliveredChannel,
  type DeliveryClaims,
  MANIFEST_TYP,
  manifestClaims,
} from '../../contract/delivery-receipt.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { StopSessionRequest } from '../../contract/wire.ts';
import { openedBy } from '../access/client-signature.ts';
import type { Parts } from '../parts.ts';
import type {
  FragmentRecord,
  SessionRecord,
  StreamRecord,
  TokenRecord,
  VideoRecord,
} from '../store/records.ts';

/**
 * Whoever can prove possession of a key has signed what they say they made; a bearer cannot, and signs nothing.
 * Error: `bad-request`, which says what is wrong with it.
 */
export async function checkManifest(
  { possession, jkt }: Pick<TokenRecord, 'possession' | 'jkt'>,
  sessionId: string,
  { manifest_jws: jws, ...said }: StopSessionRequest,
): Promise<Result<void>> {
  if (possession === 'bearer') return jws === undefined ? ok(undefined) : refused('a bearer cannot sign');
  if (jws === undefined) return refused('it is not signed');
  const opened = await openedBy(jkt, MANIFEST_TYP, jws);
  if (!opened.ok) return refused(opened.why);
  const claims = manifestClaims.safeParse(opened.claims);
  if (!claims.success) return refused('what was signed is no manifest');
  const { session_id, iat: _, ...signed } = claims.data;
  if (session_id !== sessionId) return refused('it is of another session');
  return canonicalJson(signed) === canonicalJson(said)
    ? ok(undefined)
    : refused('what was signed is something else');
}

function refused(why: string): Result<never> {
  return fail('bad-request', `manifest: ${why}`);
}

/** A stored stream with all that is held of it. */
export type Held = {
  readonly stream: StreamRecord;
  readonly fragments: readonly FragmentRecord[];
  readonly videos: readonly VideoRecord[];
};

/** The service's receipt for a session whose fragments are durable and could be read back, signed. */
export function signedReceipt(
  { signer, clock }: Pick<Parts, 'signer' | 'clock'>,
  { id, manifest }: Pick<SessionRecord, 'id' | 'manifest'>,
  held: readonly Held[],
): Promise<string> {
  const jws = manifest?.manifest_jws;
  const claims: DeliveryClaims = {
    session_id: id,
    // Of what was erased nothing is held.
    channels: held.filter(({ stream }) => stream.wrappedKey !== '').map(deliveredOf),
    manifest_sha256: jws === undefined ? null : createHash('sha256').update(jws).digest('hex'),
    iat: Math.floor(clock() / 1000),
  };
  return signer.sign(DELIVERY_TYP, claims);
}

function deliveredOf({ stream, fragments, videos }: Held): DeliveredChannel {
  return {
    channel_id: stream.channelId,
    takes: new Set(fragments.map(({ take }) => take)).size,
    fragments: fragments.length,
    bytes: fragments.reduce((sum, { bytes }) => sum + bytes, 0),
    digest: digestOf(fragments),
    videos: videos.map(({ id, sizeBytes, sha256 }) => ({ id, bytes: sizeBytes, sha256 })),
  };
}

/** SHA-256 over the raw SHA-256 values of the fragments in order. */
export function digestOf(fragments: readonly FragmentRecord[]): string {
  const hash = createHash('sha256');
  for (const { sha256 } of fragments) hash.update(sha256, 'hex');
  return hash.digest('hex');
}
