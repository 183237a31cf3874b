import { faultOf } from '../log.ts';
import { CLAIM_MS, lookout } from '../lookout.ts';
import type { Parts } from '../parts.ts';
import { busyOf, countHand } from '../store/due.ts';
import type { ClaimedCopy, CopyState } from '../store/records.ts';
import { failed, unexpected } from './try-again.ts';

const HOLD_EVERY_MS = 5000;

export type HandsConfig = {
  readonly states: readonly CopyState[];
  readonly atOnce: number;
  /** Of one tenant: whose destination does not answer holds up their own copies, and nobody else's. */
  readonly ofOne: number;
  /** Looks at the clock at least that often. */
  readonly longestSleepMs: number;
  /** `signal`: the recording was deleted, somebody else took it over, or the service ends. */
  readonly work: (copy: ClaimedCopy, signal: AbortSignal) => Promise<void>;
};

export type Hands = { wake(): void; close(): Promise<void> };

/** Works on copies that are due, several at once, each claimed in the store so that no other process does. */
export function startHands(parts: Parts, config: HandsConfig): Hands {
  const { store, clock, log } = parts;
  const closing = new AbortController();
  const underWay = new Map<string, Promise<void>>();
  const hands = new Map<string, number>();
  const share = { ofOne: config.ofOne, claimed: hands };
  const { wake, close } = lookout({ look, longestSleepMs: config.longestSleepMs, clock, log });

  async function look(): Promise<number | undefined> {
    for (const copy of await claimed()) begin(copy);
    const next = await store.nextCopyAt(config.states, {
      tenants: busyOf(share),
      videos: [...underWay.keys()],
    });
    // Where all hands are full, whoever is done first looks again.
    return underWay.size < config.atOnce ? next : undefined;
  }

  async function claimed(): Promise<ClaimedCopy[]> {
    const limit = config.atOnce - underWay.size;
    if (limit <= 0) return [];
    const nowMs = clock();
    return store.claimCopies({
      ...{ states: config.states, nowMs, untilMs: nowMs + CLAIM_MS, limit },
      share,
      except: [...underWay.keys()],
    });
  }

  function begin(copy: ClaimedCopy): void {
    const { tenantId, videoId } = copy;
    countHand(hands, tenantId, 1);
    const done = held(copy)
      .catch(async (error) => {
        log(faultOf(error, clock()));
        // Not at once, and not each minute when its claim is over: a disk that only reads may do so for days.
        await failed(parts, copy, unexpected(error));
      })
      .catch((error) => log(faultOf(error, clock())))
      .finally(() => {
        underWay.delete(videoId);
        countHand(hands, tenantId, -1);
        wake();
      });
    underWay.set(videoId, done);
  }

  /** Keeps the claim while it is worked on; losing it ends the work. */
  async function held(copy: ClaimedCopy): Promise<void> {
    const lost = new AbortController();
    const holding = setInterval(() => {
      store.holdCopy(copy, clock() + CLAIM_MS).then(
        (isOurs) => isOurs || lost.abort(),
        (error) => log(faultOf(error, clock())),
      );
    }, HOLD_EVERY_MS);
    try {
      await config.work(copy, AbortSignal.any([closing.signal, lost.signal]));
    } finally {
      clearInterval(holding);
    }
  }

  wake();
  return {
    wake,
    async close() {
      closing.abort();
      await close();
      await Promise.all(underWay.values());
    },
  };
}
