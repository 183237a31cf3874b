import { FORGOTTEN_AFTER_MS } from './access/attempts.ts';
import { SUM_EVERY_MS } from './audit/bursts.ts';
import { faultOf } from './log.ts';
import type { Parts } from './parts.ts';
import { sweepAll } from './retention/sweep.ts';
import { finishErasures } from './rights/erase.ts';
import { removeOrphans } from './session/recover.ts';

const SWEEP_EVERY_MS = 3600_000;
const SCRUB_EVERY_MS = 60_000;

/**
 * What the service does by itself: finishes erasures, deletes what is older than the policies keep it, sums up who was not
 * recognised. The first time once `recovered`. Answers how to end it.
 */
export function upkeep(parts: Parts, recovered: Promise<unknown>): () => Promise<void> {
  const closing = new AbortController();
  const tend = () =>
    parts.alone('upkeep', async () => {
      if (!closing.signal.aborted) await finishErasures(parts);
      await sweepAll(parts, closing.signal);
      // What could not be removed when it was deleted, or came there while it was.
      if (!closing.signal.aborted) await removeOrphans(parts);
    });
  const told = (work: Promise<unknown>): Promise<unknown> =>
    work.catch((error) => parts.log(faultOf(error, parts.clock())));
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
  await parts.store.forgetExpired(parts.clock(), parts.clock() - FORGOTTEN_AFTER_MS);
  if (signal.aborted || !(await parts.store.scrub())) return;
  if ((await parts.store.openErasures()).length > 0) await finishErasures(parts);
}
