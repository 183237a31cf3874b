import { DEFAULT_POLICY } from '../../contract/policy.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { TokenAction } from '../../contract/wire.ts';
import type { Parts } from '../parts.ts';
import type { TokenRecord } from '../store/records.ts';
import { FIRST_COLLECTION } from '../store/trust-tables.ts';
import { readProof } from './proof.ts';

/** What a request shows of its caller. */
export type Shown = {
  readonly secret: string | undefined;
  /** The DPoP header. */
  readonly proof: string | undefined;
  readonly method: string;
  /** Of the request, without query. */
  readonly path: string;
};

/** What a client that cannot prove possession needs to record, and no more. */
const BEARER_ACTIONS: ReadonlySet<TokenAction> = new Set([
  'look',
  'start',
  'pause',
  'deliver',
  'stop',
  // It only ever takes away.
  'revoke',
]);

/**
 * The token, where whoever shows it may use it. The first use settles that for the token and all that are renewed from it:
 * the key that proved possession then, or nobody's where the policy has `bearerClients`. Error: `proof-refused`.
 */
export async function heldBy(
  parts: Parts,
  token: TokenRecord,
  shown: Shown & { readonly secret: string },
): Promise<Result<TokenRecord>> {
  return token.possession === 'bearer' || (token.possession === 'open' && shown.proof === undefined)
    ? heldByAnybody(parts, token)
    : heldByKey(parts, token, shown);
}

/** Asked every time: the policy may have changed its mind. */
async function heldByAnybody(parts: Parts, token: TokenRecord): Promise<Result<TokenRecord>> {
  if (!(await mayBeBearer(parts, token))) return fail('proof-refused', 'there is none');
  const settled = await settledOf(parts, token, 'bearer', null);
  return settled?.possession === 'bearer' ? ok(asBearer(settled)) : fail('proof-refused', 'there is none');
}

async function heldByKey(
  parts: Parts,
  token: TokenRecord,
  { proof, method, path, secret }: Shown & { readonly secret: string },
): Promise<Result<TokenRecord>> {
  if (proof === undefined) return fail('proof-refused', 'there is none');
  const urls = parts.origins().map((origin) => origin + path);
  const nowMs = parts.clock();
  const read = await readProof(proof, { method, urls, token: secret, nowMs });
  if (!read.ok) return read;
  const settled = await settledOf(parts, token, 'key', read.value.jkt);
  if (settled?.possession !== 'key' || settled.jkt !== read.value.jkt)
    return fail('proof-refused', 'another key');
  // Last, so that only proofs by the key of a token take up memory.
  const isNew = await parts.seenProofs.note(read.value, nowMs);
  return isNew ? ok(settled) : fail('proof-refused', 'it was used before');
}

/** The token as it is settled from now on, by this or by an earlier use; undefined where it was revoked meanwhile. */
async function settledOf(
  { store }: Parts,
  token: TokenRecord,
  possession: 'key' | 'bearer',
  jkt: string | null,
): Promise<TokenRecord | undefined> {
  if (token.possession !== 'open') return token;
  const settled = await store.settlePossession(token, possession, jkt);
  return settled && { ...token, ...settled };
}

function asBearer(token: TokenRecord): TokenRecord {
  return { ...token, actions: token.actions.filter((action) => BEARER_ACTIONS.has(action)) };
}

/** As the policy of its session says; of a token without one, that of the tenant's first collection. */
async function mayBeBearer(parts: Parts, { tenantId, sessionId }: TokenRecord): Promise<boolean> {
  const session = sessionId === null ? undefined : await parts.store.session(sessionId);
  const collectionId = session?.collectionId ?? FIRST_COLLECTION;
  return ((await parts.store.policy({ tenantId, collectionId })) ?? DEFAULT_POLICY).bearerClients;
}
