/** How often each name and each address was tried in vain. */
export type Attempts = {
  /** Seconds until the next attempt is heard; 0: at once. */
  waitSeconds(of: readonly string[], nowMs: number): number | Promise<number>;
  failed(of: readonly string[], nowMs: number): void | Promise<void>;
  forgive(name: string): void | Promise<void>;
  /** Whether one more may wait for its turn: each takes half a second and 128 MiB. Whoever may says `leave` afterwards. */
  enter(): boolean;
  leave(): void;
};

/** So many are forgiven: people mistype. */
const FREE_FAILURES = 5;
const FIRST_WAIT_SECONDS = 15;
const LONGEST_WAIT_SECONDS = 15 * 60;
export const FORGOTTEN_AFTER_MS = 3600_000;
/** More names than this are not remembered: the oldest go first. */
const MOST_NAMES = 10_000;

const MOST_WAITING = 8;

type Failures = { readonly count: number; readonly lastMs: number };

/** In memory: a restart forgives, and costs an attacker nothing less. */
export function newAttempts() {
  const failures = new Map<string, Failures>();
  let waiting = 0;
  const known = (name: string, nowMs: number) => {
    const found = failures.get(name);
    return found === undefined || nowMs - found.lastMs > FORGOTTEN_AFTER_MS ? undefined : found;
  };
  return {
    waitSeconds(of: readonly string[], nowMs: number): number {
      const until = of.map((name) => untilMs(known(name, nowMs)));
      return Math.max(0, Math.ceil((Math.max(...until) - nowMs) / 1000));
    },
    failed(of: readonly string[], nowMs: number): void {
      for (const name of of) {
        const count = (known(name, nowMs)?.count ?? 0) + 1;
        // Again at the end: the order of the map is that of the last failures.
        failures.delete(name);
        failures.set(name, { count, lastMs: nowMs });
      }
      for (const oldest of failures.keys()) {
        if (failures.size <= MOST_NAMES) break;
        failures.delete(oldest);
      }
    },
    forgive: (name: string) => void failures.delete(name),
    enter: () => waiting < MOST_WAITING && ++waiting > 0,
    leave: () => {
      waiting -= 1;
    },
  } satisfies Attempts;
}

/** Until when the next attempt is not heard; Unix time in milliseconds. */
export function untilMs(failures: Failures | undefined): number {
  if (failures === undefined || failures.count < FREE_FAILURES) return 0;
  const seconds = FIRST_WAIT_SECONDS * 2 ** (failures.count - FREE_FAILURES);
  return failures.lastMs + Math.min(seconds, LONGEST_WAIT_SECONDS) * 1000;
}
