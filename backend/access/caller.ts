import { fail, ok, type Result } from '../../contract/result.ts';
import type { KeyRecord, Store, TokenRecord } from '../store/store.ts';
import { keyOf } from './keys.ts';
import { KEY_PREFIX, TOKEN_PREFIX } from './secret.ts';
import { tokenOf } from './tokens.ts';

export type KeyCaller = { readonly by: 'key'; readonly key: KeyRecord };
export type TokenCaller = { readonly by: 'token'; readonly token: TokenRecord };
export type Nobody = { readonly by: 'nobody' };

/** Who may call a route, and what its handler then knows of them. */
export type CallerOf = {
  key: KeyCaller;
  token: TokenCaller;
  either: KeyCaller | TokenCaller;
  /** Shows something else than a key or token, which the handler checks itself: a one-time ticket. */
  ticket: Nobody;
  open: Nobody;
};
export type Access = keyof CallerOf;
type Recognised = KeyCaller | TokenCaller;

const nobody = async () => ok<Nobody>({ by: 'nobody' });

const ADMIT: {
  readonly [A in Access]: (who: () => Promise<Result<Recognised>>) => Promise<Result<CallerOf[A]>>;
} = {
  async key(who) {
    const caller = await who();
    if (!caller.ok) return caller;
    return caller.value.by === 'key' ? ok(caller.value) : fail('out-of-scope');
  },
  async token(who) {
    const caller = await who();
    if (!caller.ok) return caller;
    return caller.value.by === 'token'
      ? ok(caller.value)
      : fail('not-authorised', 'this takes a client token');
  },
  either: (who) => who(),
  ticket: nobody,
  open: nobody,
};

/**
 * Who calls a route of this access with this key or token. Errors: `not-authorised`, `token-expired`, and
 * `out-of-scope` for a token where only a key will do.
 */
export function callerFor<A extends Access>(
  access: A,
  presented: string | undefined,
  { store, clock }: { readonly store: Store; readonly clock: () => number },
): Promise<Result<CallerOf[A]>> {
  return ADMIT[access](() => recognise(store, presented, clock()));
}

async function recognise(
  store: Store,
  presented: string | undefined,
  nowMs: number,
): Promise<Result<Recognised>> {
  if (presented?.startsWith(KEY_PREFIX)) {
    const key = await keyOf(store, presented);
    return key === undefined ? fail('not-authorised') : ok({ by: 'key', key });
  }
  if (presented?.startsWith(TOKEN_PREFIX)) {
    const token = await tokenOf(store, presented, nowMs);
    return token.ok ? ok({ by: 'token', token: token.value }) : token;
  }
  return fail('not-authorised');
}

/** A token reaches its own session and no other; a key reaches them all. */
export function reaches(caller: Recognised, sessionId: string): Result<void> {
  if (caller.by === 'key' || caller.token.sessionId === sessionId) return ok(undefined);
  return fail('token-foreign');
}
