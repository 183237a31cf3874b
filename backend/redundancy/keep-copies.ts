import { faultOf } from '../log.ts';
import type { Parts } from '../parts.ts';
import { type Hands, startHands } from './hands.ts';
import { makeCopy, removeCopy } from './make-copy.ts';
import { sendCopy } from './send-copy.ts';

const MAKING = { states: ['new', 'leaving'], atOnce: 4, ofOne: 2 } as const;
/** A process each; apart from the making, which must not wait for anybody's destination. */
const SENDING = { states: ['sending'], atOnce: 4, ofOne: 2 } as const;

/** Makes second copies of what is finished, and sends them where they are to go, until it is closed. */
export function keepCopies(parts: Parts, longestSleepMs: number): Hands {
  const hands = [
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
  const wake = () => {
    for (const each of hands) each.wake();
  };
  const looked = remakeLost(parts)
    .then((count) => count > 0 && wake())
    .catch((error) => parts.log(faultOf(error, parts.clock())));
  return {
    wake,
    async close() {
      await looked;
      await Promise.all(hands.map((each) => each.close()));
    },
  };
}

/** A backup folder that is another than it was, or empty after the service was restored, is filled again. */
async function remakeLost({ store, clock, redundancy }: Parts): Promise<number> {
  return store.remakeCopies(await redundancy.backup.sessionIds(), clock());
}
