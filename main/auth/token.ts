import { fail, ok, type Result } from '../../contract/result.ts';
import { ACCESS_TOKEN_HEADER, DEFAULT_TOKEN_SECONDS, success, tokenGrant } from '../../contract/wire.ts';
import { serviceAddress } from '../delivery/address.ts';
import { readAnswer } from '../delivery/answer.ts';
import type { Connection, Grant, Log } from '../host.ts';

/** The client's token for one session: held in memory, renewed at half its life, fetched anew where it ran out. */
export type TokenHolder = {
  readonly current: () => string;
  /** Called when the service did not take the token; resolves with leave to try again or the reason why not. */
  readonly refresh: () => Promise<Result<void>>;
  readonly stop: () => void;
};

/** Capture never waits for a token; delivery does. */
export function holdToken(grant: Grant, connection: Connection, log: Log, now: () => number): TokenHolder {
  let token = grant.token;
  let expiresAtMs = grant.expiresAtMs ?? now() + DEFAULT_TOKEN_SECONDS * 1000;
  let timer: NodeJS.Timeout | undefined;
  let refreshing: Promise<Result<void>> | undefined;
  let isStopped = false;

  function take(next: { readonly token: string; readonly expiresAtMs: number | null }): void {
    token = next.token;
    expiresAtMs = next.expiresAtMs ?? now() + DEFAULT_TOKEN_SECONDS * 1000;
    schedule();
  }
  function schedule(): void {
    clearTimeout(timer);
    if (isStopped) return;
    const halfLifeMs = Math.max(1000, (expiresAtMs - now()) / 2);
    timer = setTimeout(() => void refresh(), Math.min(halfLifeMs, 2 ** 31 - 1));
    timer.unref();
  }
  async function renewOrReopen(): Promise<Result<void>> {
    const renewed = await renew(grant.server, token, now);
    if (renewed.ok) {
      take(renewed.value);
      log('token.renewed', { sessionId: grant.sessionId });
      return ok(undefined);
    }
    const fresh = await connection.reopen(grant.server, grant.sessionId);
    if (fresh.ok) {
      take(fresh.value);
      log('token.reopened', { sessionId: grant.sessionId });
      return ok(undefined);
    }
    log('token.refused', { sessionId: grant.sessionId, code: fresh.error.code });
    // While it is valid the old token still serves; the next attempt comes at half of what is left.
    if (expiresAtMs > now()) schedule();
    return fresh;
  }
  function refresh(): Promise<Result<void>> {
    refreshing ??= renewOrReopen().finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }

  schedule();
  // A token of unknown age may be about to end: renewing it at once tells how long it lasts.
  if (grant.expiresAtMs === null) void refresh();
  return {
    current: () => token,
    refresh,
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

async function renew(
  server: string,
  token: string,
  now: () => number,
): Promise<Result<{ token: string; expiresAtMs: number }>> {
  const address = serviceAddress(server);
  if (!address.ok) return address;
  try {
    const response = await fetch(`${address.value}/capture/session/token/renew`, {
      method: 'POST',
      headers: { [ACCESS_TOKEN_HEADER]: token, 'content-type': 'application/json' },
      body: '{}',
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
    });
    const granted = success(tokenGrant).safeParse(await readAnswer(response));
    if (!granted.success) return fail('token-expired');
    // Its length rather than its end: the clock of this machine may be wrong.
    const { token: fresh, expires_in: seconds } = granted.data.data;
    return ok({ token: fresh, expiresAtMs: now() + seconds * 1000 });
  } catch {
    // Any failure here has the same remedy: the caller asks the backend for a fresh token.
    return fail('service-unreachable', 'token renewal');
  }
}
