import { fail, type Result } from '../../contract/result.ts';

/** Resolves after the wait, or at once when `signal` is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
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

/** What was asked, or `delivery-incomplete` where `signal` is aborted while the answer is still out. */
export function orLetGo<T>(answer: Promise<Result<T>>, signal: AbortSignal): Promise<Result<T>> {
  return new Promise((resolve, reject) => {
    const letGo = () => resolve(fail('delivery-incomplete', 'let go'));
    signal.addEventListener('abort', letGo);
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', letGo));
  });
}
