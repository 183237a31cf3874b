import { type Failed, fail } from './result.ts';

/**
 * A variable of the environment, such as TALLYLIGHT_BLOBS, that cannot be used as it is set. `why` says what is wrong and what it
 * takes; a value that may hold a secret is never in it.
 */
export function settingRefused(variable: string, why: string): Failed {
  return fail('setting-refused', `${variable}: ${why}`);
}
