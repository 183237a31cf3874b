import { fail, type Result } from '../../contract/result.ts';

/** What was asked, or `delivery-incomplete` where `signal` is aborted while the answer is still out. */
export function orLetGo<T>(answer: Promise<Result<T>>, signal: AbortSignal): Promise<Result<T>> {
  return new Promise((resolve, reject) => {
    const letGo = () => resolve(fail('delivery-incomplete', 'let go'));
    signal.addEventListener('abort', letGo);
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', letGo));
  });
}
