import { SUM_EVERY_MS } from './audit/bursts.ts';
import { faultOf } from './log.ts';
import type { Parts } from './parts.ts';
import { sweepAll } from './retention/sweep.ts';
import { finishErasures } from './rights/erase.ts';

const SWEEP_EVERY_MS = 3600_000;
const SCRUB_EVERY_MS = 60_000;

/**
 * What the service does by itself: finishes erasures, deletes what is older than the policies keep it, sums up who was not
 * recognised. The first time once `recovered`. Answers how to end it.
 */
export function upkeep(parts: Parts, recovered: Promise<void>): () => Promise<void> {
  const closing = new AbortController();
  const tend = async () => {
    if (!closing.signal.aborted) await finishErasures(parts);
    await sweepAll(parts, closing.signal);
  };
  const told = (work: Promise<void>) => work.catch((error) => parts.log(faultOf(error, parts.clock())));
  let tending = told(recovered.then(tend));
  const hourly = setInterval(() => {
    tending = told(tending.then(tend));
  }, SWEEP_EVERY_MS);
  // Where another program kept what was deleted readable, a backup for example, it may be gone by now.
  const scrubbing = setInterval(() => {
    tending = told(tending.then(() => scrubAgain(parts, closing.signal)));
  }, SCRUB_EVERY_MS);
  const summing = setInterval(() => told(parts.strangers.sum()), SUM_EVERY_MS);
  return async () => {
    closing.abort();
    clearInterval(hourly);
    clearInterval(scrubbing);
    clearInterval(summing);
    await tending;
    await told(parts.strangers.sum(true));
  };
}

/** What was deleted becomes unreadable in the files of the database, and what waited for that is signed. */
async function scrubAgain(parts: Parts, signal: AbortSignal): Promise<void> {
  if (signal.aborted || !(await parts.store.scrub())) return;
  if ((await parts.store.openErasures()).length > 0) await finishErasures(parts);
}
