import { fail, type Result } from '../../contract/result.ts';
import type { Network } from '../network/network.ts';
import { isLoopbackAddress } from './address.ts';
import { type SendClock, SYSTEM_CLOCK } from './send-clock.ts';
import { type TokenBucket, tokenBucket } from './token-bucket.ts';

/**
 * Who is next to send. Live only goes at once, before everything that is kept: what of it waits is soon lost. Then the
 * stored channels of the newest session, then everything of before. Within a rank it is turn by turn, and each channel has
 * one fragment at a time, so that none is in another's way.
 */
type Rank = 'live' | 'present' | 'earlier';
const RANKS: readonly Rank[] = ['live', 'present', 'earlier'];

/** Stored fragments on their way at once: a line of long delays is filled, one of few bytes is not cut into slices. */
const STORED_AT_ONCE = 4;
/** Whoever waits longer than this goes before a higher rank once, so that nobody waits for ever. */
const PATIENCE_MS = 10_000;
/** After that one the others have this many times as long for themselves as it took. */
const FAVOUR_REST = 8;
/** What was on its way when the machine woke or its network changed has this long to prove that its connection lives. */
const PROOF_MS = 2000;
/** What a request takes beside its body: its line, token, proof, digests, and what the answer is acknowledged with. */
export const REQUEST_BYTES = 1500;

/** The way out of this machine that all deliveries of the process share. */
export type Uplink = {
  /** The way of one session. The one that was opened last is the present one, unless it is of an earlier run. */
  readonly line: (server: string, age: 'present' | 'earlier') => Line;
  /**
   * Waits between attempts end now: the machine has woken, or the network is back. What is on its way off this machine is made
   * again soon, unless its answer comes: its connection may be dead.
   */
  readonly wake: () => void;
  /** What of this machine's network something waits for; null where nothing does. */
  readonly waitsFor: () => 'unmetered' | 'network' | null;
  readonly close: () => void;
};

export type Line = {
  /**
   * Sends when it is this one's turn; `delivery-incomplete` where `signal` is aborted before. A request whose own signal is
   * aborted is to end, and is made again.
   */
  readonly send: <T>(
    wish: Wish,
    request: (cut: AbortSignal) => Promise<Result<T>>,
    signal: AbortSignal,
  ) => Promise<Result<T>>;
  /** Resolves after the wait, when `signal` is aborted, or when the uplink wakes; answers whether it was woken. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<boolean>;
};

export type Wish = { readonly kind: 'live' | 'stored'; readonly bytes: number };

export type UplinkOptions = {
  /** Kilobits (1,000) a second that all sending together may take; no cap where it is left out. */
  readonly maxKbit?: number | undefined;
  readonly network?: Network | undefined;
  /** Stored channels are sent on a metered network too. */
  readonly sendsWhenMetered?: boolean;
  readonly clock?: SendClock;
  /** Whether what is sent there leaves this machine: only that costs anything. */
  readonly leaves?: (server: string) => boolean;
  /** Stored channels begin to wait, or go on. */
  readonly onChange?: () => void;
};

type Waiting = Wish & {
  readonly rank: () => Rank;
  readonly leaves: boolean;
  readonly sinceMs: number;
  readonly begin: () => void;
};

export function openUplink(options: UplinkOptions = {}): Uplink {
  const { maxKbit, network, clock = SYSTEM_CLOCK, sendsWhenMetered = false } = options;
  const { leaves = (server: string) => !isLoopbackAddress(server) } = options;
  const bucketOf = () => (maxKbit === undefined ? undefined : tokenBucket(maxKbit, clock.nowMs()));
  /** Of everything; and of live only, which what is owed for stored fragments does not hold up. */
  const buckets = { all: bucketOf(), live: bucketOf() };
  const underWay: Record<Rank, number> = { live: 0, present: 0, earlier: 0 };
  /** Of waits between attempts; whether it is for a service elsewhere. */
  const alarms = new Map<() => void, boolean>();
  /** Requests on their way off this machine. */
  const away = new Set<AbortController>();
  const proofs = new Set<() => void>();
  let waiting: Waiting[] = [];
  let newest = 0;
  let favourAtMs = 0;
  /** The one that is on its way before its turn. */
  let favoured: { readonly wish: Waiting; readonly sinceMs: number } | undefined;
  let alarm: (() => void) | undefined;

  function isHeld({ kind, leaves: goesOut }: Waiting): boolean {
    return kind === 'stored' && goesOut && !sendsWhenMetered && network?.state() === 'metered';
  }

  function mayBegin(rank: Rank): boolean {
    if (rank === 'live') return true;
    if (underWay.present + underWay.earlier >= STORED_AT_ONCE) return false;
    // Those before it that are under way may need all of the line: what waits for them costs nothing.
    return RANKS.slice(0, RANKS.indexOf(rank)).every((before) => underWay[before] === 0);
  }

  /** The next one, and whether it is before its turn. */
  function next(): { readonly wish: Waiting; readonly isFavour: boolean } | undefined {
    const ready = waiting.filter((wish) => !isHeld(wish));
    const nowMs = clock.nowMs();
    const [oldest] = ready.filter(({ kind }) => kind === 'stored');
    const hasRoom = underWay.present + underWay.earlier < STORED_AT_ONCE;
    const isOverdue = oldest !== undefined && nowMs >= Math.max(favourAtMs, oldest.sinceMs + PATIENCE_MS);
    // What is owed to the cap is waited for in its turn: live only does not wait for it.
    if (isOverdue && hasRoom && favoured === undefined && (buckets.all?.waitMs(nowMs) ?? 0) === 0)
      return { wish: oldest, isFavour: true };
    for (const rank of RANKS) {
      const first = ready.find((wish) => wish.rank() === rank);
      if (first !== undefined) return mayBegin(rank) ? { wish: first, isFavour: false } : undefined;
    }
    return undefined;
  }

  function look(): void {
    alarm?.();
    alarm = undefined;
    for (let found = next(); found !== undefined; found = next()) {
      const { wish, isFavour } = found;
      const nowMs = clock.nowMs();
      const waitMs = bucketFor(wish)?.waitMs(nowMs) ?? 0;
      if (waitMs > 0) {
        lookAfter(waitMs);
        return;
      }
      for (const bucket of wish.kind === 'live' ? [buckets.live, buckets.all] : [buckets.all])
        bucket?.take(wish.bytes + REQUEST_BYTES, nowMs);
      waiting = waiting.filter((other) => other !== wish);
      if (isFavour) favoured = { wish, sinceMs: nowMs };
      wish.begin();
    }
    const oldest = waiting.find((wish) => wish.kind === 'stored' && !isHeld(wish));
    if (oldest === undefined || favoured !== undefined) return;
    const overdueMs = Math.max(oldest.sinceMs + PATIENCE_MS, favourAtMs) - clock.nowMs();
    // Where nothing but a slot is missing, whoever is done looks again.
    if (overdueMs > 0) lookAfter(overdueMs);
  }

  function lookAfter(ms: number): void {
    alarm = clock.after(ms, look);
  }

  function bucketFor({ kind }: Wish): TokenBucket | undefined {
    return kind === 'live' ? buckets.live : buckets.all;
  }

  function favourEnded({ wish, sinceMs }: NonNullable<typeof favoured>): void {
    const endMs = clock.nowMs();
    favourAtMs = endMs + FAVOUR_REST * Math.max(buckets.all?.msFor(wish.bytes) ?? 0, endMs - sinceMs);
    favoured = undefined;
  }

  /** Resolves with what to call when it is done, or with undefined where it was let go before. */
  function turn(
    wish: Wish,
    rank: () => Rank,
    goesOut: boolean,
    signal: AbortSignal,
  ): Promise<(() => void) | undefined> {
    return new Promise((resolve) => {
      const letGo = () => {
        waiting = waiting.filter((other) => other !== entry);
        resolve(undefined);
        look();
      };
      const entry: Waiting = {
        ...wish,
        rank,
        leaves: goesOut,
        sinceMs: clock.nowMs(),
        begin: () => {
          signal.removeEventListener('abort', letGo);
          const begunAs = rank();
          underWay[begunAs] += 1;
          resolve(() => {
            underWay[begunAs] -= 1;
            if (favoured?.wish === entry) favourEnded(favoured);
            look();
          });
        },
      };
      if (signal.aborted) return resolve(undefined);
      signal.addEventListener('abort', letGo);
      waiting.push(entry);
      if (isHeld(entry)) options.onChange?.();
      look();
    });
  }

  function resume(): void {
    for (const ring of [...alarms.keys()]) ring();
    look();
  }
  function wake(): void {
    const doubted = [...away];
    const forget = clock.after(PROOF_MS, () => {
      proofs.delete(forget);
      for (const request of doubted) request.abort();
    });
    proofs.add(forget);
    resume();
  }

  let before = network?.state();
  const unwatch = network?.watch((state) => {
    // What the system says of the same network by now ends no connection.
    const isAnother = state === before || before === 'offline';
    before = state;
    if (state !== 'offline') (isAnother ? wake : resume)();
    options.onChange?.();
  });

  /** Undefined where it was cut off. */
  async function made<T>(
    request: (cut: AbortSignal) => Promise<Result<T>>,
    goesOut: boolean,
  ): Promise<Result<T> | undefined> {
    const cut = new AbortController();
    if (goesOut) away.add(cut);
    try {
      const answer = await request(cut.signal);
      return answer.ok || !cut.signal.aborted ? answer : undefined;
    } finally {
      away.delete(cut);
    }
  }

  return {
    line: (server, age) => {
      const own = age === 'present' ? ++newest : 0;
      const goesOut = leaves(server);
      const stored = () => (own > 0 && own === newest ? 'present' : 'earlier');
      return {
        send: async (wish, request, signal) => {
          for (;;) {
            const done = await turn(wish, wish.kind === 'live' ? () => 'live' : stored, goesOut, signal);
            if (done === undefined) return fail('delivery-incomplete', 'let go');
            try {
              const answer = await made(request, goesOut);
              if (answer !== undefined) return answer;
            } finally {
              done();
            }
          }
        },
        pause: (ms, signal) =>
          new Promise((resolve) => {
            if (signal.aborted) return resolve(false);
            const end = (isWoken: boolean) => {
              forget();
              alarms.delete(ring);
              signal.removeEventListener('abort', letGo);
              resolve(isWoken);
            };
            const ring = () => end(true);
            const letGo = () => end(false);
            const forget = clock.after(ms, letGo);
            alarms.set(ring, goesOut);
            signal.addEventListener('abort', letGo);
          }),
      };
    },
    wake,
    waitsFor: () => {
      if (waiting.some(isHeld)) return 'unmetered';
      return network?.state() === 'offline' && [...alarms.values()].includes(true) ? 'network' : null;
    },
    close: () => {
      unwatch?.();
      alarm?.();
      for (const forget of proofs) forget();
    },
  };
}
