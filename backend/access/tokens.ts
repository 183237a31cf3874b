import { fail, ok, type Result } from '../../contract/result.ts';
import { DEFAULT_TOKEN_SECONDS, type TokenGrant } from '../../contract/wire.ts';
import type { Store, TokenRecord } from '../store/store.ts';
import { newId, newSecret, sha256OfSecret, TOKEN_PREFIX } from './secret.ts';

/** How long an expired token is still known, so that it is told apart from one that never was. */
const REMEMBERED_SECONDS = 86_400;

export type Wish = Omit<TokenRecord, 'sha256' | 'family' | 'beganAt' | 'expiresAt'> & {
  /** That of the token that is renewed; a new one where absent. */
  readonly kin?: Pick<TokenRecord, 'family' | 'beganAt'>;
  readonly wantedSeconds: number | undefined;
  readonly maxSeconds: number;
  readonly nowMs: number;
};

/** Issues a client token. The answer says how long it really lives, whatever was asked for. */
export async function issueToken(
  store: Store,
  { kin, wantedSeconds, maxSeconds, nowMs, ...record }: Wish,
): Promise<TokenGrant> {
  const seconds = Math.min(wantedSeconds ?? DEFAULT_TOKEN_SECONDS, maxSeconds);
  const now = Math.floor(nowMs / 1000);
  const token = newSecret(TOKEN_PREFIX);
  const expiresAt = now + seconds;
  await store.forgetTokensExpiredBefore(now - REMEMBERED_SECONDS);
  const { family, beganAt } = kin ?? { family: newId('fam-'), beganAt: now };
  await store.addToken({ ...record, sha256: sha256OfSecret(token), family, beganAt, expiresAt });
  const { sessionId: session_id, actions } = record;
  return { token, expires_in: seconds, expires_at: expiresAt, session_id, actions: [...actions] };
}

/**
 * The token that is presented. Errors: `not-authorised` where there is none such or its key is gone, `token-expired` after
 * its life.
 */
export async function tokenOf(store: Store, presented: string, nowMs: number): Promise<Result<TokenRecord>> {
  const record = await store.tokenBySha256(sha256OfSecret(presented));
  if (record === undefined) return fail('not-authorised');
  if (nowMs >= record.expiresAt * 1000) return fail('token-expired');
  // Deleting a key deletes its tokens; one whose time is over is still there.
  const dead = await store.deadKeys([record.keyId], Math.floor(nowMs / 1000));
  return dead.length === 0 ? ok(record) : fail('not-authorised');
}
