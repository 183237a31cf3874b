import type { ErrorCode } from '../../contract/errors.ts';
import { errorOf, fail, meant, type Result, type TallylightError } from '../../contract/result.ts';
import { isTlsTrouble } from '../../contract/tls-trouble.ts';
import type { TokenHolder } from '../auth/token.ts';
import { orLetGo } from './let-go.ts';
import { retryDelayMs } from './retry-schedule.ts';
import { isUnreached } from './unreached.ts';
import { type Line, openUplink, type Wish } from './uplink.ts';

/** What the senders of one session share: its token, word of the connection, and a way to be let go. */
export type Exchange = {
  /**
   * Runs one request with the present token until it succeeds, fails for good, or the exchange is closed; waits
   * between attempts. `patience` bounds the attempts where the caller has something better to do than wait.
   */
  readonly insist: <T>(
    request: (token: string) => Promise<Result<T>>,
    patience?: number,
  ) => Promise<Result<T>>;
  /**
   * The same for what is worth queueing for: each attempt is made when it is its turn on the way out, and ends where `cut` is
   * aborted.
   */
  readonly send: <T>(
    wish: Wish,
    request: (token: string, cut: AbortSignal) => Promise<Result<T>>,
    patience?: number,
  ) => Promise<Result<T>>;
  readonly closed: () => boolean;
  /** Ends every wait, also for an answer that is still out: those who insist get `delivery-incomplete`. */
  readonly close: () => void;
};

export type ExchangeEvents = {
  readonly connected: (connected: boolean) => void;
  /**
   * The service takes no token of ours and no other is to be had, or its TLS does not hold: until `accepted`, what is kept
   * waits here. `token-expired`, `not-authorised` or what TLS fails of; told again with every attempt in vain.
   */
  readonly refused?: (error: TallylightError) => void;
  /** It takes one again; `over` is what `refused` told last. */
  readonly accepted?: (over: TallylightError) => void;
};

/** Answers that another token may mend. A token that somebody else was the first to show is refused for its proof. */
const UNAUTHORISED: ReadonlySet<ErrorCode> = new Set(['token-expired', 'not-authorised', 'proof-refused']);

export function openExchange(
  tokens: TokenHolder,
  on: ExchangeEvents,
  random: () => number = Math.random,
  line: Line = openUplink().line('http://localhost', 'present'),
): Exchange {
  const closing = new AbortController();
  let refusal: TallylightError | undefined;

  function tell(error: TallylightError): void {
    if (refusal?.code !== error.code || refusal.detail !== error.detail) refusal = error;
    on.refused?.(refusal);
  }
  function accepted(): void {
    if (refusal === undefined) return;
    on.accepted?.(refusal);
    refusal = undefined;
  }

  async function insist<T>(
    request: (token: string) => Promise<Result<T>>,
    patience = Number.POSITIVE_INFINITY,
  ): Promise<Result<T>> {
    const { signal } = closing;
    if (signal.aborted) return fail('delivery-incomplete', 'let go');
    let isRefreshed = false;
    /** Attempts since the last good reason to think that the next one goes better. */
    let inVain = 0;
    for (let attempt = 1; ; attempt++) {
      inVain += 1;
      const answer = await orLetGo(request(tokens.current()), signal);
      if (answer.ok) {
        on.connected(true);
        accepted();
        return answer;
      }
      const { code, retryable } = answer.error;
      const isUnauthorised = UNAUTHORISED.has(code);
      if (signal.aborted) return answer;
      const isConnected = !isUnreached(answer.error) && code !== 'service-failed';
      on.connected(isConnected);
      if (isConnected && !isUnauthorised) accepted();
      if ((!retryable && !isUnauthorised) || attempt >= patience) return answer;
      // Somebody has to mend it, and until then nothing gets through.
      if (isTlsTrouble(code)) tell(answer.error);
      if (isUnauthorised) {
        // A fresh token is tried at once; where that one is refused too, it is not the token's age.
        const refreshed: Result<void> | undefined = isRefreshed
          ? undefined
          : await orLetGo(tokens.refresh(), signal);
        isRefreshed = refreshed?.ok === true;
        if (signal.aborted) return answer;
        if (isRefreshed) continue;
        // Deleting a session deletes its tokens: only your backend can tell that from a token that was revoked.
        if (refreshed?.ok === false && refreshed.error.code === 'session-unknown') return refreshed;
        const why =
          refreshed?.ok === false
            ? `no other token: ${refreshed.error.code}`
            : 'another token was refused too';
        tell(tokenTrouble(code, why));
      } else isRefreshed = false;
      if (await line.pause(retryDelayMs(inVain, random()), signal)) inVain = 0;
      if (signal.aborted) return answer;
    }
  }

  return {
    insist,
    send: (wish, request, patience) =>
      insist(() => line.send(wish, (cut) => request(tokens.current(), cut), closing.signal), patience),
    closed: () => closing.signal.aborted,
    close: () => closing.abort(),
  };
}

/** `token-expired`, or `not-authorised` with what is safe. */
function tokenTrouble(code: ErrorCode, why: string): TallylightError {
  if (code === 'token-expired') return errorOf(code, why);
  return meant(errorOf('not-authorised', why), 'not-authorised-yet');
}
