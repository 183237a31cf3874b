import { seeded } from './seeded.ts';

/** Faults that strike a share of the requests. */
export const STRIKES = [
  'lossy',
  'flip-request',
  'flip-answer',
  'truncate-request',
  'truncate-answer',
  'duplicate',
  'reorder',
] as const;
export type Strike = (typeof STRIKES)[number];

export type Fault =
  /** Every connection is reset, those that are open too. */
  | { readonly kind: 'cut' }
  /** Connections are taken, and nothing more passes on any of them: what hangs by then hangs for good. */
  | { readonly kind: 'stall' }
  /** One link for everybody, of this rate in each direction. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /**
   * `lossy`: the connection is reset before the request, within it, or before its answer. `flip-…`: one bit of the body.
   * `truncate-…`: the body ends early and says that it is whole. `duplicate`: the service gets it twice, and the client the
   * second answer, as from a proxy that tries again. `reorder`: it waits for one that came later.
   */
  | {
      readonly kind: Strike;
      /** Share of the requests that are struck; 1 where it is left out. */
      readonly share?: number;
      /** What is struck, by method and path: `/^PUT /`. */
      readonly only?: RegExp;
      /** Strikes no more than this often. */
      readonly times?: number;
    };
export type FaultKind = Fault['kind'];

/** How often each was seen. `cut` and `stall` count connections and requests, `slow` requests. */
export type FaultCounts = Readonly<Record<FaultKind | 'requests' | 'upgrades', number>>;

/** What is wrong with the network at the moment, and what it did so far. */
export type Faults = {
  readonly set: (faults: readonly Fault[]) => void;
  readonly is: (kind: 'cut' | 'stall') => boolean;
  /** Whether this request is struck, which is then counted. A body of nothing has no bit to flip: `bytes` is 0. */
  readonly strikes: (kind: Strike, request: string, bytes?: number) => boolean;
  readonly count: (what: keyof FaultCounts) => void;
  readonly counts: () => FaultCounts;
  /** Resolves when this many bytes have gone over the link in that direction; never where it stalls. */
  readonly passed: (bytes: number, direction: 'up' | 'down') => Promise<void>;
  /** A whole number below `bound`. */
  readonly below: (bound: number) => number;
};

/** Bytes that pass at a time on a slow link, so that nobody waits for seconds at once. */
const MOST_AT_A_TIME = 4096;

export function faultsOf(seed: number): Faults {
  const random = seeded(seed);
  const counts: Record<keyof FaultCounts, number> = {
    ...{ requests: 0, upgrades: 0, cut: 0, stall: 0, slow: 0, lossy: 0, duplicate: 0, reorder: 0 },
    ...{ 'flip-request': 0, 'flip-answer': 0, 'truncate-request': 0, 'truncate-answer': 0 },
  };
  let faults: readonly Fault[] = [];
  let left = new Map<Fault, number>();
  const freeAtMs = { up: 0, down: 0 };

  function strikesBy(fault: Fault, request: string): boolean {
    if (!('only' in fault || 'share' in fault || 'times' in fault)) return true;
    if (fault.only?.test(request) === false) return false;
    const times = left.get(fault) ?? fault.times ?? Number.POSITIVE_INFINITY;
    if (times <= 0 || random() >= (fault.share ?? 1)) return false;
    left.set(fault, times - 1);
    return true;
  }

  return {
    set: (next) => {
      faults = next;
      left = new Map();
    },
    is: (kind) => faults.some((fault) => fault.kind === kind),
    strikes: (kind, request, bytes = 1) => {
      if (bytes === 0) return false;
      const struck = faults.some((fault) => fault.kind === kind && strikesBy(fault, request));
      if (struck) counts[kind] += 1;
      return struck;
    },
    count: (what) => {
      counts[what] += 1;
    },
    counts: () => ({ ...counts }),
    passed: async (bytes, direction) => {
      for (let rest = bytes; rest > 0; rest -= MOST_AT_A_TIME) {
        const slow = faults.find((fault) => fault.kind === 'slow');
        if (faults.some(({ kind }) => kind === 'stall')) return new Promise(() => undefined);
        if (slow === undefined) return;
        const ms = (Math.min(rest, MOST_AT_A_TIME) / slow.bytesPerSecond) * 1000;
        freeAtMs[direction] = Math.max(freeAtMs[direction], performance.now()) + ms;
        const waitMs = freeAtMs[direction] - performance.now();
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    },
    below: (bound) => Math.floor(random() * bound),
  };
}
