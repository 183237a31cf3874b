import { OWNER_FILE } from '../blobs/owner-file.ts';
import { faultOf } from '../log.ts';
import type { Parts } from '../parts.ts';
import { claimCopies } from './copies-owner.ts';
import { type Hands, startHands } from './hands.ts';
import { makeCopy, removeCopy } from './make-copy.ts';
import { sendCopy } from './send-copy.ts';

const MAKING = { states: ['new', 'lost', 'leaving'], atOnce: 4, ofOne: 2 } as const;
/** A process each; apart from the making, which must not wait for anybody's destination. */
const SENDING = { states: ['sending'], atOnce: 4, ofOne: 2 } as const;

/** Makes second copies of what is finished, and sends them where they are to go, until it is closed. */
export function keepCopies(parts: Parts, longestSleepMs: number): Hands {
  let hands: readonly Hands[] = [];
  const wake = () => {
    for (const each of hands) each.wake();
  };
  let looking: Promise<void> | undefined;
  let alarm: NodeJS.Timeout | undefined;
  let isTold = false;
  let isClosed = false;
  const look = async (): Promise<void> => {
    const isThere = await remakeLost(parts).catch((error) => {
      parts.log(faultOf(error, parts.clock()));
      return true;
    });
    if (isThere) return;
    if (!isTold) tellMissing(parts);
    isTold = true;
    if (!isClosed) alarm = setTimeout(lookAgain, longestSleepMs);
  };
  const lookAgain = () => {
    looking = look().then(wake);
  };
  // What is lost is known before anything else is done: what is sent meanwhile would count as held.
  looking = look().then(() => {
    if (!isClosed) hands = handsOf(parts, longestSleepMs);
  });
  return {
    wake,
    async close() {
      isClosed = true;
      clearTimeout(alarm);
      await looking;
      await Promise.all(hands.map((each) => each.close()));
    },
  };
}

function handsOf(parts: Parts, longestSleepMs: number): readonly Hands[] {
  return [
    startHands(parts, {
      ...{ ...MAKING, longestSleepMs },
      work: (copy, signal) =>
        copy.state === 'leaving' ? removeCopy(parts, copy) : makeCopy(parts, copy, signal),
    }),
    startHands(parts, {
      ...{ ...SENDING, longestSleepMs },
      work: (copy, signal) => sendCopy(parts, copy, signal),
    }),
  ];
}

/**
 * A folder of copies that an admin made anew, or that is empty after the service was restored, is filled again. False: it is not the
 * one that copies are in, and what is in its place is left alone.
 */
async function remakeLost({ store, clock, redundancy, alone }: Parts): Promise<boolean> {
  const claimed = await claimCopies(redundancy.folder, store);
  if (!claimed.ok || !claimed.value) return false;
  await alone('remake-copies', async () => {
    await store.remakeCopies(await redundancy.copies.sessionIds(), clock());
  });
  return true;
}

function tellMissing({ log, clock, redundancy }: Parts): void {
  log({
    ...{ at: new Date(clock()).toISOString(), type: 'fault', error_code: 'service-failed' },
    cause: `${redundancy.folder} is not the folder of the second copies: is its disk mounted? An empty file ${OWNER_FILE} in it makes it that`,
  });
}
