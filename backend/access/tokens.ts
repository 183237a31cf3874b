import type { ErrorCode } from '../../contract/errors.ts';
import { DEFAULT_TOKEN_SECONDS, type TokenGrant } from '../../contract/wire.ts';
import type { TokenRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { newId, newSecret, sha256OfSecret, TOKEN_PREFIX } from './secret.ts';

/** How long an expired token is still known, so that it is told apart from one that never was. */
const REMEMBERED_SECONDS = 86_400;

type Life = {
  readonly maxSeconds: number;
  /** Unix time in milliseconds. */
  readonly nowMs: number;
};
export type Wish = Life &
  Omit<TokenRecord, 'sha256' | 'family' | 'beganAt' | 'expiresAt'> & {
    readonly wantedSeconds: number | undefined;
  };

/** Issues a client token. The answer says how long it really lives, whatever was asked for. */
export async function issueToken(
  store: Store,
  { wantedSeconds, maxSeconds, nowMs, ...record }: Wish,
): Promise<TokenGrant> {
  const seconds = Math.min(wantedSeconds ?? DEFAULT_TOKEN_SECONDS, maxSeconds);
  const now = Math.floor(nowMs / 1000);
  const token = newSecret(TOKEN_PREFIX);
  const expiresAt = now + seconds;
  await store.forgetTokensExpiredBefore(now - REMEMBERED_SECONDS);
  const kin = { family: newId('fam-'), beganAt: now };
  await store.addToken({ ...record, ...kin, sha256: sha256OfSecret(token), expiresAt });
  return grantOf(token, seconds, { ...record, expiresAt });
}

/** A new token with the reach that this one has by now; undefined where it is gone by now. */
export async function renewToken(
  store: Store,
  sha256: string,
  { maxSeconds, nowMs }: Life,
): Promise<TokenGrant | undefined> {
  const seconds = Math.min(DEFAULT_TOKEN_SECONDS, maxSeconds);
  const now = Math.floor(nowMs / 1000);
  const token = newSecret(TOKEN_PREFIX);
  await store.forgetTokensExpiredBefore(now - REMEMBERED_SECONDS);
  const renewed = { sha256: sha256OfSecret(token), expiresAt: now + seconds };
  const record = await store.renewToken(sha256, renewed);
  return record && grantOf(token, seconds, record);
}

function grantOf(
  token: string,
  seconds: number,
  { expiresAt, sessionId, actions }: Pick<TokenRecord, 'expiresAt' | 'sessionId' | 'actions'>,
): TokenGrant {
  return {
    token,
    expires_in: seconds,
    expires_at: expiresAt,
    session_id: sessionId,
    actions: [...actions],
  };
}

/**
 * The token that is presented, and the error where it is of no use: `token-expired` after its life, `not-authorised` where
 * the key that issued it is over. Undefined where there is none such.
 */
export async function tokenOf(
  store: Store,
  presented: string,
  nowMs: number,
): Promise<{ readonly token: TokenRecord; readonly fault?: ErrorCode } | undefined> {
  const token = await store.tokenBySha256(sha256OfSecret(presented));
  if (token === undefined) return undefined;
  if (nowMs >= token.expiresAt * 1000) return { token, fault: 'token-expired' };
  // Deleting a key deletes its tokens; one whose time is over is still there.
  const dead = await store.deadKeys([token.keyId], Math.floor(nowMs / 1000));
  return dead.length === 0 ? { token } : { token, fault: 'not-authorised' };
}
