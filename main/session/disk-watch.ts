import { errorOf, ok, type Result, type TallylightError } from '../../contract/result.ts';

/** How much room a recording needs, in bytes of what is free. */
export const DISK_LIMITS = {
  /** Below it nothing that is to be kept begins: an hour of a display takes about a gigabyte. */
  start: 1_000_000_000,
  /** Below it the person is told. */
  warn: 2_000_000_000,
  /** Below it nothing more is stored: what is left is for the end of the takes, the log and everything else on this disk. */
  stop: 300_000_000,
} as const;

const LOOK_MS = 1000;

export type FreeBytes = () => Promise<Result<number>>;

/** Refuses to begin what could not be kept. Errors: `disk-low`, those of the disk. */
export async function checkRoom(freeBytes: FreeBytes): Promise<Result<void>> {
  const free = await freeBytes();
  if (!free.ok) return free;
  return free.value < DISK_LIMITS.start ? { ok: false, error: lowDisk(free.value) } : ok(undefined);
}

/** Looks at the disk while something is stored: warns, says that there is room again, then says once that it is over. */
export function watchDisk(
  freeBytes: FreeBytes,
  on: {
    readonly low: (error: TallylightError) => void;
    readonly roomy: () => void;
    readonly over: (error: TallylightError) => void;
    readonly bug: (error: unknown) => void;
  },
): () => void {
  let isLow = false;
  let isEnded = false;
  let isLooking = false;

  async function look(): Promise<void> {
    const free = await freeBytes();
    // A disk that does not say is told by what is written to it.
    if (isEnded || !free.ok) return;
    if (free.value < DISK_LIMITS.stop) {
      end();
      on.over(errorOf('disk-full', `${megabytes(free.value)} left`));
    } else if (free.value < DISK_LIMITS.warn !== isLow) {
      isLow = !isLow;
      if (isLow) on.low(lowDisk(free.value));
      else on.roomy();
    }
  }
  function end(): void {
    isEnded = true;
    clearInterval(timer);
  }
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    look()
      .catch(on.bug)
      .finally(() => {
        isLooking = false;
      });
  }, LOOK_MS);
  return end;
}

function lowDisk(free: number): TallylightError {
  return errorOf('disk-low', `${megabytes(free)} left`);
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1e6)} MB`;
}
