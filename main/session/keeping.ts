import type { Fragment, FragmentHeader } from '../../contract/fragment.ts';
import { errorOf, type Result, type TallylightError } from '../../contract/result.ts';

/** What may wait for the disk. A healthy one takes a fragment in milliseconds. */
export const KEEP_LIMITS = {
  /** After so long it is told; what is looked at each second is told within five. */
  tellMs: 3_500,
  /** After so long, or with so many bytes in memory, the disk is given up. */
  mostMs: 30_000,
  mostBytes: 64 * 1024 * 1024,
} as const;

const LOOK_MS = 1_000;

/** The way of fragments into the vault, which a disk that hangs holds up no longer than `KEEP_LIMITS`. */
export type Keeping = {
  /** Nothing is taken any more once the disk was given up. */
  readonly keep: (fragment: Fragment) => void;
  /** Resolves when everything is written, or will not be. */
  readonly settled: () => Promise<void>;
  readonly hasGivenUp: () => boolean;
};

export type KeepingParts = {
  readonly append: (fragment: Fragment) => Promise<Result<unknown>>;
  readonly on: {
    readonly kept: (header: FragmentHeader) => void;
    /** The disk does not answer, or does again: null. */
    readonly slow: (error: TallylightError | null) => void;
    /** This one could not be written; of a disk that was given up, the last one that came. */
    readonly failed: (header: FragmentHeader, error: TallylightError) => void;
    readonly bug: (error: unknown) => void;
  };
};

export function keepingIn({ append, on }: KeepingParts): Keeping {
  const waiting = new Set<{ readonly sinceMs: number; readonly header: FragmentHeader }>();
  let bytes = 0;
  let isSlow = false;
  let gaveUp = false;
  let timer: NodeJS.Timeout | undefined;
  let told: (() => void)[] = [];

  function over(): void {
    clearInterval(timer);
    timer = undefined;
    for (const resolve of told) resolve();
    told = [];
  }

  function look(): void {
    const [oldest] = waiting;
    const ageMs = oldest === undefined ? 0 : performance.now() - oldest.sinceMs;
    const wasSlow = isSlow;
    isSlow = ageMs > KEEP_LIMITS.tellMs;
    const error = errorOf('vault-unwritable', 'the disk does not answer');
    if (isSlow !== wasSlow && !gaveUp) on.slow(isSlow ? error : null);
    if (gaveUp || oldest === undefined) return;
    if (ageMs <= KEEP_LIMITS.mostMs && bytes <= KEEP_LIMITS.mostBytes) return;
    gaveUp = true;
    over();
    on.failed([...waiting].at(-1)?.header ?? oldest.header, error);
  }

  async function write(fragment: Fragment): Promise<void> {
    const { header } = fragment;
    const own = { sinceMs: performance.now(), header };
    waiting.add(own);
    bytes += header.bytes;
    timer ??= setInterval(look, LOOK_MS);
    try {
      const stored = await append(fragment);
      if (stored.ok) on.kept(header);
      // What was on its way to the disk when the channel was erased.
      else if (stored.error.code !== 'consent-revoked') on.failed(header, stored.error);
    } finally {
      waiting.delete(own);
      bytes -= header.bytes;
      look();
      if (waiting.size === 0) over();
    }
  }

  return {
    keep: (fragment) => {
      if (gaveUp) return;
      void write(fragment).catch(on.bug);
      look();
    },
    settled: () =>
      waiting.size === 0 || gaveUp ? Promise.resolve() : new Promise((resolve) => told.push(resolve)),
    hasGivenUp: () => gaveUp,
  };
}
