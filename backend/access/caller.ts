import { type Failed, fail, type Ok, ok, type Result } from '../../contract/result.ts';
import type { TokenAction } from '../../contract/wire.ts';
import type { Parts } from '../parts.ts';
import type { KeyRecord, Realm, Role, SessionRecord, StreamRecord, TokenRecord } from '../store/records.ts';
import { keyOf } from './keys.ts';
import { heldBy, type Shown } from './possession.ts';
import { KEY_PREFIX, TOKEN_PREFIX } from './secret.ts';
import { tokenOf } from './tokens.ts';

export type KeyCaller = { readonly by: 'key'; readonly key: KeyRecord } & Realm;
type TokenCaller = { readonly by: 'token'; readonly token: TokenRecord } & Realm;
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
export type Caller = KeyCaller | TokenCaller;

/** What a route asks of whoever calls it. */
type Demand = {
  /** A key needs one of these. */
  readonly roles: readonly Role[];
  /** It concerns both environments: a key of `development` must not change or see it. */
  readonly isShared: boolean;
  /** A token needs this. */
  readonly action: TokenAction | undefined;
};

/** Whose audit log a refusal goes into, and who it was there, as far as that is certain. */
type Suspect = { readonly tenantId: string; readonly actor: string };
/** Where somebody is refused who is known, or whose token is, it says so beside the error. */
export type Admitted<T> = Ok<T> | (Failed & { readonly suspect?: Suspect });

const nobody = async () => ok<Nobody>({ by: 'nobody' });

const ADMIT: {
  readonly [A in Access]: (
    who: () => Promise<Admitted<Caller>>,
    demand: Demand,
  ) => Promise<Admitted<CallerOf[A]>>;
} = {
  async key(who, demand) {
    const caller = await who();
    if (!caller.ok) return caller;
    return caller.value.by === 'key'
      ? withRole(caller.value, demand)
      : refusing(caller.value, fail('out-of-scope'));
  },
  async token(who, demand) {
    const caller = await who();
    if (!caller.ok) return caller;
    return caller.value.by === 'token'
      ? withAction(caller.value, demand)
      : refusing(caller.value, fail('not-authorised', 'this takes a client token'));
  },
  async either(who, demand) {
    const caller = await who();
    if (!caller.ok) return caller;
    return caller.value.by === 'token' ? withAction(caller.value, demand) : withRole(caller.value, demand);
  },
  ticket: nobody,
  open: nobody,
};

/**
 * Who calls a route of this access. Errors: `not-authorised`, `token-expired`, `proof-refused`, `role-missing` for a key
 * without the role, and `out-of-scope` for a token that may not do this, or where only a key will do.
 */
export function callerFor<A extends Access>(
  access: A,
  demand: Demand,
  shown: Shown,
  parts: Parts,
): Promise<Admitted<CallerOf[A]>> {
  return ADMIT[access](() => recognise(shown, access === 'key', parts), demand);
}

async function recognise(shown: Shown, keyOnly: boolean, parts: Parts): Promise<Admitted<Caller>> {
  const { secret } = shown;
  if (secret?.startsWith(KEY_PREFIX)) {
    const key = await keyOf(parts.store, secret, parts.clock());
    if (key === undefined) return fail('not-authorised');
    return ok({ by: 'key', key, tenantId: key.tenantId, environment: key.environment });
  }
  return secret?.startsWith(TOKEN_PREFIX)
    ? recogniseToken({ ...shown, secret }, keyOnly, parts)
    : fail('not-authorised');
}

async function recogniseToken(
  shown: Shown & { readonly secret: string },
  keyOnly: boolean,
  parts: Parts,
): Promise<Admitted<TokenCaller>> {
  const known = await tokenOf(parts.store, shown.secret, parts.clock());
  if (known === undefined) return fail('not-authorised');
  const { tenantId, environment } = known.token;
  // Whoever shows a token has not shown yet that it is theirs.
  const suspect = { tenantId, actor: 'nobody' };
  if (known.fault !== undefined) return { ...fail(known.fault), suspect };
  // A token will not do here whoever holds it, and it must not be bound by being shown in the wrong place.
  if (keyOnly) return { ...fail('out-of-scope'), suspect };
  const held = await heldBy(parts, known.token, shown);
  return held.ok ? ok({ by: 'token', token: held.value, tenantId, environment }) : { ...held, suspect };
}

function withRole(caller: KeyCaller, { roles, isShared }: Demand): Admitted<KeyCaller> {
  if (isShared && caller.environment !== 'production')
    return refusing(caller, fail('role-missing', 'a key of production'));
  return roles.some((role) => caller.key.roles.includes(role))
    ? ok(caller)
    : refusing(caller, fail('role-missing', roles.join(' or ')));
}

function withAction(caller: TokenCaller, { action }: Demand): Admitted<TokenCaller> {
  return action !== undefined && caller.token.actions.includes(action)
    ? ok(caller)
    : refusing(caller, fail('out-of-scope', action));
}

function refusing(caller: Caller, refusal: Failed): Admitted<never> {
  return { ...refusal, suspect: { tenantId: caller.tenantId, actor: actorOf(caller) } };
}

/**
 * The session, where the caller may know that it exists: a key of its tenant and environment, or a token that is bound to
 * it. Errors: `session-unknown` for a key, `token-foreign` for a token, both the same for what exists and what does not.
 */
export async function sessionFor(parts: Parts, caller: Caller, id: string): Promise<Result<SessionRecord>> {
  const sessionId = await parts.store.sessionIdOf(caller, id);
  if (caller.by === 'token' && caller.token.sessionId !== sessionId) return fail('token-foreign');
  const session = sessionId === id ? await parts.store.session(id) : undefined;
  return session === undefined ? fail('session-unknown', id) : ok(session);
}

/** The same for a stream with its session. Errors: `stream-unknown`, `token-foreign`. */
export async function streamFor(
  parts: Parts,
  caller: Caller,
  id: string,
): Promise<Result<{ readonly stream: StreamRecord; readonly session: SessionRecord }>> {
  const sessionId = await parts.store.sessionIdOf(caller, id);
  if (caller.by === 'token' && caller.token.sessionId !== sessionId) return fail('token-foreign');
  const stream = sessionId === undefined ? undefined : await parts.store.stream(id);
  const session = stream && (await parts.store.session(stream.sessionId));
  return stream === undefined || session === undefined ? fail('stream-unknown', id) : ok({ stream, session });
}

/**
 * The session that a token is bound to or, before it is bound, one that it could start: of its realm and its person, and
 * not started. Error: `token-foreign`, whatever the reason.
 */
export async function startableFor(
  { store, keyring }: Pick<Parts, 'store' | 'keyring'>,
  token: TokenRecord,
  id: string,
): Promise<Result<SessionRecord>> {
  if (token.sessionId !== null && token.sessionId !== id) return fail('token-foreign');
  const session = (await store.sessionIdOf(token, id)) === id ? await store.session(id) : undefined;
  if (session === undefined) return fail('token-foreign');
  if (token.subject !== null && token.subject !== keyring.subjectOf(session.tenantId, session.endUserId))
    return fail('token-foreign');
  return token.sessionId === null && session.status !== 'created' ? fail('token-foreign') : ok(session);
}

/** How the audit log names a caller: by an id, never by a name. */
export function actorOf(caller: Caller | Nobody): string {
  if (caller.by === 'nobody') return 'nobody';
  if (caller.by === 'key') return `key:${caller.key.id}`;
  return `${caller.token.possession === 'bearer' ? 'bearer' : 'token'}:${caller.token.family}`;
}
