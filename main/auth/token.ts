import { ok, type Result } from '../../contract/result.ts';
import { DEFAULT_TOKEN_SECONDS, tokenGrant } from '../../contract/wire.ts';
import { serviceAddress } from '../delivery/address.ts';
import { retryDelayMs } from '../delivery/retry-schedule.ts';
import { askService, dataOf } from '../delivery/service-request.ts';
import { isSessionOver } from '../delivery/session-over.ts';
import type { Connection, Grant, Log } from '../host.ts';
import { type ClientKey, clientKey } from './client-key.ts';

/**
 * The client's token for one session: held in memory, renewed at half its life. Where it cannot be renewed, your backend
 * is asked for another, for as long as the session lives.
 */
export type TokenHolder = {
  readonly current: () => string;
  /** Called when the service did not take the token; resolves with leave to try again or the reason why not. */
  readonly refresh: () => Promise<Result<void>>;
  readonly stop: () => void;
};

export type TokenOptions = {
  readonly grant: Grant;
  readonly connection: Connection;
  readonly log: Log;
  /** Milliseconds; only differences count. */
  readonly now: () => number;
  /** What the token is bound to; the key of this process where it is left out. */
  readonly key?: ClientKey;
  readonly random?: () => number;
};

/** This token was revoked, or may not be renewed: another one can only come from your backend. */
const NOT_RENEWABLE: ReadonlySet<string> = new Set(['not-authorised', 'out-of-scope']);

type Fresh = { readonly token: string; readonly expiresAtMs: number | null };

/** Capture never waits for a token; delivery does. */
export function holdToken({
  grant,
  connection,
  log,
  now,
  key = clientKey,
  random = Math.random,
}: TokenOptions): TokenHolder {
  const { server, sessionId } = grant;
  let token = grant.token;
  let expiresAtMs = grant.expiresAtMs ?? now() + DEFAULT_TOKEN_SECONDS * 1000;
  let isRenewable = true;
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  let refreshing: Promise<Result<void>> | undefined;
  /** Attempts in vain since it ran out. */
  let vain = 0;
  let isStopped = false;

  function take(fresh: Fresh, how: string): Result<void> {
    token = fresh.token;
    expiresAtMs = fresh.expiresAtMs ?? now() + DEFAULT_TOKEN_SECONDS * 1000;
    vain = 0;
    log(how, { sessionId });
    return ok(undefined);
  }
  async function renewOrReopen(isNeeded: boolean): Promise<Result<void>> {
    if (isRenewable) {
      const renewed = await renew(server, token, key, now);
      if (renewed.ok) return take(renewed.value, 'token.renewed');
      const { code } = renewed.error;
      // What is asked for from here on is for the delivery, when that needs it.
      isOver = isSessionOver(renewed.error);
      isRenewable = !isOver && !NOT_RENEWABLE.has(code);
      if (isOver) log('token.over', { sessionId, code });
      if (isOver && !isNeeded) return renewed;
    }
    const fresh = await connection.reopen(server, sessionId);
    if (fresh.ok) {
      isRenewable = !isOver;
      return take(fresh.value, 'token.reopened');
    }
    if (isSessionOver(fresh.error)) isOver = true;
    log('token.refused', { sessionId, code: fresh.error.code });
    return fresh;
  }
  function schedule(): void {
    clearTimeout(timer);
    if (isStopped || isOver) return;
    const leftMs = expiresAtMs - now();
    // While it is valid the old token still serves. Afterwards everything that is to be delivered waits for another.
    const waitMs = leftMs > 0 ? Math.max(1000, leftMs / 2) : retryDelayMs(++vain, random());
    timer = setTimeout(() => void refresh(false), Math.min(waitMs, 2 ** 31 - 1));
    timer.unref();
  }
  function refresh(isNeeded: boolean): Promise<Result<void>> {
    refreshing ??= renewOrReopen(isNeeded).finally(() => {
      refreshing = undefined;
      schedule();
    });
    return refreshing;
  }

  // A token of unknown age may be about to end: renewing it at once tells how long it lasts.
  if (grant.expiresAtMs === null) void refresh(false);
  else schedule();
  return {
    current: () => token,
    refresh: () => refresh(true),
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

async function renew(
  server: string,
  token: string,
  key: ClientKey,
  now: () => number,
): Promise<Result<Fresh>> {
  const address = serviceAddress(server);
  if (!address.ok) return address;
  const granted = await askService({
    method: 'POST',
    server: address.value,
    path: '/capture/session/token/renew',
    token,
    key,
    read: dataOf(tokenGrant),
    body: { bytes: '{}', headers: { 'content-type': 'application/json' } },
  });
  if (!granted.ok) return granted;
  // Its length rather than its end: the clock of this machine may be wrong.
  const { token: fresh, expires_in: seconds } = granted.value;
  return ok({ token: fresh, expiresAtMs: now() + seconds * 1000 });
}
