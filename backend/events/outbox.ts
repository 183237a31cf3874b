import { tlsTroubleOf } from '../../contract/tls-trouble.ts';
import { faultOf, type Log } from '../log.ts';
import { CLAIM_MS, lookout } from '../lookout.ts';
import { busyOf, countHand } from '../store/due.ts';
import type { LetterOutcome, SentLetter } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { TRIED_FOR_MS, waitAfter } from './retry-schedule.ts';
import { post } from './send.ts';
import { signedHeaders } from './signature.ts';
import type { Targets } from './targets.ts';
import { signing } from './webhooks.ts';

const AT_ONCE = 16;
/** Of one tenant: whoever does not answer holds up their own events, and nobody else's. */
const AT_ONCE_OF_ONE = 4;
const PATIENCE_MS = 15_000;
/** Other processes on the same database write letters, too, and may be gone before they send them. */
const LONGEST_SLEEP_MS = 60_000;
const DEAD_KEPT_MS = 30 * 24 * 3600_000;
const TIDY_MS = 3600_000;

export type OutboxConfig = {
  readonly store: Store;
  readonly targets: Targets;
  /** Unix time in milliseconds. */
  readonly clock: () => number;
  readonly log: Log;
  /** Looks at the clock at least that often. */
  readonly longestSleepMs?: number | undefined;
  /** How long one attempt may take, from the look-up of the name to the head of the answer. */
  readonly patienceMs?: number | undefined;
};

/** Sends the letters of the store, each until it is delivered or dead. */
export type Outbox = {
  /** There is a new one. */
  wake(): void;
  /** Breaks off what is under way; it is sent again at the next start. */
  close(): Promise<void>;
};

export function startOutbox(config: OutboxConfig): Outbox {
  const { store, clock, log, longestSleepMs = LONGEST_SLEEP_MS } = config;
  const closing = new AbortController();
  const sending = new Map<string, Promise<void>>();
  const hands = new Map<string, number>();
  const share = { ofOne: AT_ONCE_OF_ONE, claimed: hands };
  let tidiedAt = 0;
  const { wake, close } = lookout({ look, longestSleepMs, clock, log });

  async function look(): Promise<number | undefined> {
    const free = AT_ONCE - sending.size;
    const before = new Set(sending.keys());
    const claimed = free > 0 ? await store.claimLetters(clock(), clock() + CLAIM_MS, free, share) : [];
    for (const letter of claimed) {
      // A clock that was set forward makes a claim of our own look old.
      if (before.has(letter.id)) continue;
      const { tenantId } = letter;
      countHand(hands, tenantId, 1);
      const sent = send(letter).finally(() => {
        sending.delete(letter.id);
        countHand(hands, tenantId, -1);
        wake();
      });
      sending.set(letter.id, sent);
    }
    if (clock() - tidiedAt >= TIDY_MS) {
      tidiedAt = clock();
      await store.forgetLettersDeadBefore(tidiedAt - DEAD_KEPT_MS);
    }
    const next = await store.nextLetterAt(busyOf(share));
    // Where all hands are full, whoever is done first looks again.
    return sending.size < AT_ONCE ? next : undefined;
  }

  async function send(letter: SentLetter): Promise<void> {
    try {
      const failure = await attempt(config, letter, closing.signal);
      await store.settleLetter(letter, outcomeOf(letter, failure, clock()));
    } catch (error) {
      log(faultOf(error, clock()));
    }
  }

  wake();
  return {
    wake,
    async close() {
      closing.abort();
      await close();
      await Promise.all(sending.values());
    },
  };
}

type Failure = { readonly error: string; readonly kind: 'try-again' | 'final' | 'broken-off' };

/** Undefined: it was taken. */
async function attempt(
  { store, targets, clock, patienceMs = PATIENCE_MS }: OutboxConfig,
  letter: SentLetter,
  closing: AbortSignal,
): Promise<Failure | undefined> {
  const { url: own, secrets } = await signing(store, letter.tenantId, clock());
  const to = letter.url ?? own;
  if (to === null) return { error: 'the tenant has no address any more', kind: 'final' };
  const patience = AbortSignal.timeout(patienceMs);
  const signal = AbortSignal.any([closing, patience]);
  try {
    const located = await orAborted(targets.locate(to), signal);
    // What the admin has not allowed does not become so by waiting.
    if (!located.ok) return { error: located.error.code, kind: 'final' };
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Tallylight',
      ...signedHeaders(letter, secrets, clock()),
    };
    const status = await post({ ...located.value, headers, body: letter.body, signal });
    if (status >= 200 && status < 300) return undefined;
    // Standard Webhooks: who answers 410 wants no more of these.
    return { error: `status ${status}`, kind: status === 410 ? 'final' : 'try-again' };
  } catch (error) {
    if (closing.aborted) return { error: letter.lastError, kind: 'broken-off' };
    return { error: patience.aborted ? 'no answer in time' : reasonOf(error), kind: 'try-again' };
  }
}

function outcomeOf(letter: SentLetter, failure: Failure | undefined, nowMs: number): LetterOutcome {
  if (failure === undefined) return { state: 'delivered' };
  const { error, kind } = failure;
  if (kind === 'broken-off') return { state: 'waiting', nextAt: nowMs, attempts: 0, error };
  const until = letter.since + TRIED_FOR_MS;
  if (kind === 'final' || nowMs >= until) return { state: 'dead', nextAt: nowMs, attempts: 1, error };
  const nextAt = Math.min(until, nowMs + waitAfter(letter.attempts + 1, Math.random()));
  return { state: 'waiting', nextAt, attempts: 1, error };
}

/** What the system calls it, e.g. `ECONNREFUSED`: a message might quote the address. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error && 'code' in error)) return 'no answer';
  const code = String(error.code);
  const trouble = tlsTroubleOf(code, error.message);
  return trouble === undefined ? code : `${trouble}: ${code}`;
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
