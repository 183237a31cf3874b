import { seeded } from '../instruments/seeded.ts';

/** What can go wrong, each made to really happen (faults.ts). */
export const FAULT_KINDS = [
  'kill-ffmpeg',
  'kill-client',
  'kill-service',
  'stop-ffmpeg',
  'stop-client',
  'stop-service',
  'client-disk-full',
  'client-disk-low',
  'service-disk-full',
  'client-disk-read-only',
  'service-disk-read-only',
  'client-clock-jump',
  'service-clock-jump',
  'network-cut',
  'network-stall',
  'network-slow',
  'network-lossy',
  'network-corrupting',
  'sound-server-restart',
  'microphone-unplugged',
  'speakers-unplugged',
  'display-resized',
  'token-revoked',
  'service-killed-in-a-write',
  'client-killed-goes-on',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** One fault of a schedule; times are milliseconds from the moment at which the first channel is recorded. */
export type PlannedFault = {
  readonly kind: FaultKind;
  readonly atMs: number;
  /** How long until it is mended; 0 where it is over as soon as it has happened. */
  readonly forMs: number;
  /** In [0, 1): whatever is to be chosen within the fault. */
  readonly dice: number;
};

export type Schedule = {
  readonly seed: number;
  readonly liveOnly: string;
  readonly lengthMs: number;
  readonly faults: readonly PlannedFault[];
};

export const CHANNELS = ['mic:default', 'system_audio:default', 'display:1'] as const;

const ONCE: ReadonlySet<FaultKind> = new Set([
  'kill-ffmpeg',
  'kill-client',
  'kill-service',
  'token-revoked',
  'service-killed-in-a-write',
  'client-killed-goes-on',
]);

/** The schedule of a seed: always the same one. `kinds` are what it draws from. */
export function scheduleOf(seed: number, kinds: readonly FaultKind[] = FAULT_KINDS): Schedule {
  const random = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const count = 2 + Math.floor(random() * 6);
  const lengthMs = 5_000 + count * 1_500;
  const faults = Array.from({ length: count }, (): PlannedFault => {
    const kind = pick(kinds);
    const atMs = Math.round(1_000 + random() * (lengthMs - 3_000));
    return { kind, atMs, forMs: lengthOf(kind, random()), dice: random() };
  });
  faults.sort((a, b) => a.atMs - b.atMs);
  return { seed, liveOnly: pick(CHANNELS), lengthMs, faults };
}

/** Three schedules in which each kind happens once, one after the other: for a short run. */
export function everyKind(): Schedule[] {
  return CHANNELS.map((liveOnly, index) => {
    const random = seeded(index + 1);
    const kinds = FAULT_KINDS.filter((_, at) => at % CHANNELS.length === index);
    const faults = kinds.map((kind, at) => ({
      ...{ kind, atMs: 1_000 + at * 2_000 },
      ...{ forMs: Math.min(2_000, lengthOf(kind, random())), dice: random() },
    }));
    return { seed: -index - 1, liveOnly, lengthMs: 3_000 + kinds.length * 2_000, faults };
  });
}

function lengthOf(kind: FaultKind, random: number): number {
  return ONCE.has(kind) ? 0 : Math.round(500 + random * 3_000);
}
