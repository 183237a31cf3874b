import type { Result } from '../../contract/result.ts';
import type { TokenHolder } from '../auth/token.ts';
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
  /** Resolves after the wait, or at once when the exchange is closed. */
  readonly closed: () => boolean;
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
    for (let attempt = 1; ; attempt++) {
      const answer = await request(tokens.current());
      if (answer.ok) {
        on.connected(true);
        return answer;
      }
      const { code, retryable } = answer.error;
      const unauthorised = code === 'token-expired' || code === 'not-authorised';
      on.connected(code !== 'service-unreachable' && code !== 'service-failed');
      if (!retryable && !unauthorised) return answer;
      if (closing.signal.aborted || attempt >= patience) return answer;
      if (unauthorised && (await tokens.refresh()).ok && attempt === 1) continue;
      await pause(retryDelayMs(attempt, random()), closing.signal);
      if (closing.signal.aborted) return answer;
    }
  }

  return { insist, closed: () => closing.signal.aborted, close: () => closing.abort() };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
