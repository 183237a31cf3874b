/** How often each name and each address was tried in vain. In memory: a restart forgives, and costs an attacker nothing less. */
export type Attempts = {
  /** Seconds until the next attempt is heard; 0: at once. */
  waitSeconds(of: readonly string[], nowMs: number): number;
  failed(of: readonly string[], nowMs: number): void;
  forgive(name: string): void;
  /** Whether one more may wait for its turn: each takes half a second and 128 MiB. Whoever may says `leave` afterwards. */
  enter(): boolean;
  leave(): void;
};

/** So many are forgiven: people mistype. */
const FREE_FAILURES = 5;
const FIRST_WAIT_SECONDS = 15;
const LONGEST_WAIT_SECONDS = 15 * 60;
const FORGOTTEN_AFTER_MS = 3600_000;
/** More names than this are not remembered: the oldest go first. */
const MOST_NAMES = 10_000;

const MOST_WAITING = 8;

type Failures = { readonly count: number; readonly lastMs: number };

export function newAttempts(): Attempts {
  const failures = new Map<string, Failures>();
  let waiting = 0;
  const known = (name: string, nowMs: number) => {
    const found = failures.get(name);
    return found === undefined || nowMs - found.lastMs > FORGOTTEN_AFTER_MS ? undefined : found;
  };
  return {
    waitSeconds(of, nowMs) {
      const until = of.map((name) => untilMs(known(name, nowMs)));
      return Math.max(0, Math.ceil((Math.max(...until) - nowMs) / 1000));
    },
    failed(of, nowMs) {
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
    forgive: (name) => void failures.delete(name),
    enter: () => waiting < MOST_WAITING && ++waiting > 0,
    leave: () => {
      waiting -= 1;
    },
  };
}

function untilMs(failures: Failures | undefined): number {
  if (failures === undefined || failures.count < FREE_FAILURES) return 0;
  const seconds = FIRST_WAIT_SECONDS * 2 ** (failures.count - FREE_FAILURES);
  return failures.lastMs + Math.min(seconds, LONGEST_WAIT_SECONDS) * 1000;
}
