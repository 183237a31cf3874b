import { delivery } from './delivery.ts';
import { desktop } from './desktop.ts';
import { doctor } from './doctor.ts';
import { ending } from './ending.ts';
import type { Lab } from './lab.ts';
import { listing } from './listing.ts';
import { microphone } from './microphone.ts';
import { privacy } from './privacy.ts';
import { say } from './spoken.ts';
import type { Trial } from './trial.ts';

const TRIALS: readonly Trial[] = [
  ...listing,
  ...privacy,
  ...microphone,
  ...desktop,
  ...ending,
  ...delivery,
  ...doctor,
];

/**
 * Runs those whose name holds one of the words, or all of them; prints a line each. Answers whether all passed. When it
 * is called off, what then fails is no news.
 */
export async function runTrials(
  lab: Lab,
  words: readonly string[],
  calledOff: AbortSignal,
): Promise<boolean> {
  const chosen = TRIALS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  let failed = 0;
  for (const { name, run } of chosen) {
    const startedAtMs = performance.now();
    const line = (verdict: string, note = '') => {
      const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1).padStart(5);
      say(`${verdict.padEnd(6)} ${seconds} s  ${name}${note && `: ${note}`}`);
    };
    try {
      line('ok', await run(lab));
    } catch (error) {
      if (calledOff.aborted) return false;
      failed += 1;
      line('FAILED');
      say(String(error instanceof Error ? error.stack : error).replaceAll(/^/gm, '                '));
    }
  }
  say(`windows: ${chosen.length - failed} passed, ${failed} failed`);
  return failed === 0 && chosen.length > 0;
}
