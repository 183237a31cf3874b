import { fail, ok, type Result } from '../../contract/result.ts';
import { DEFAULT_TOKEN_SECONDS, type TokenGrant } from '../../contract/wire.ts';
import type { Store, TokenRecord } from '../store/store.ts';
import { newId, newSecret, sha256OfSecret, TOKEN_PREFIX } from './secret.ts';

/** How long an expired token is still known, so that it is told apart from one that never was. */
const REMEMBERED_SECONDS = 86_400;

export type Wish = {
  readonly sessionId: string | null;
  /** Of the token that is renewed; a new one where absent. */
  readonly family?: string;
  readonly wantedSeconds: number | undefined;
  readonly maxSeconds: number;
  readonly nowMs: number;
};

/** Issues a client token. The answer says how long it really lives, whatever was asked for. */
export async function issueToken(store: Store, wish: Wish): Promise<TokenGrant> {
  const seconds = Math.min(wish.wantedSeconds ?? DEFAULT_TOKEN_SECONDS, wish.maxSeconds);
  const now = Math.floor(wish.nowMs / 1000);
  const token = newSecret(TOKEN_PREFIX);
  const expiresAt = now + seconds;
  await store.forgetTokensExpiredBefore(now - REMEMBERED_SECONDS);
  await store.addToken({
    sha256: sha256OfSecret(token),
    sessionId: wish.sessionId,
    family: wish.family ?? newId('fam-'),
    scope: 'capture',
    expiresAt,
  });
  return { token, expires_in: seconds, expires_at: expiresAt, session_id: wish.sessionId };
}

/** The token that is presented; `not-authorised` where there is none such, `token-expired` after its life. */
export async function tokenOf(store: Store, presented: string, nowMs: number): Promise<Result<TokenRecord>> {
  const record = await store.tokenBySha256(sha256OfSecret(presented));
  if (record === undefined) return fail('not-authorised');
  return nowMs < record.expiresAt * 1000 ? ok(record) : fail('token-expired');
}
