import { fail, type Result } from '../../contract/result.ts';
import type { TokenHolder } from '../auth/token.ts';
import { orLetGo, pause } from './let-go.ts';
import { retryDelayMs } from './retry-schedule.ts';

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
  readonly closed: () => boolean;
  /** Ends every wait, also for an answer that is still out: those who insist get `delivery-incomplete`. */
  readonly close: () => void;
};

export function openExchange(
  tokens: TokenHolder,
  on: { readonly connected: (connected: boolean) => void },
  random: () => number = Math.random,
): Exchange {
  const closing = new AbortController();

  async function insist<T>(
    request: (token: string) => Promise<Result<T>>,
    patience = Number.POSITIVE_INFINITY,
  ): Promise<Result<T>> {
    const { signal } = closing;
    if (signal.aborted) return fail('delivery-incomplete', 'let go');
    let isRefreshed = false;
    for (let attempt = 1; ; attempt++) {
      const answer = await orLetGo(request(tokens.current()), signal);
      if (answer.ok) {
        on.connected(true);
        return answer;
      }
      const { code, retryable } = answer.error;
      const unauthorised = code === 'token-expired' || code === 'not-authorised';
      if (signal.aborted) return answer;
      on.connected(code !== 'service-unreachable' && code !== 'service-failed');
      if ((!retryable && !unauthorised) || attempt >= patience) return answer;
      // A fresh token is tried at once; where that one is refused too, it is not the token's age.
      isRefreshed = unauthorised && !isRefreshed && (await orLetGo(tokens.refresh(), signal)).ok;
      if (isRefreshed) continue;
      await pause(retryDelayMs(attempt, random()), signal);
      if (signal.aborted) return answer;
    }
  }

  return { insist, closed: () => closing.signal.aborted, close: () => closing.abort() };
}
