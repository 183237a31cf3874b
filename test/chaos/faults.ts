import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../instruments/network-faults.ts';
import type { Recorder } from './client.ts';
import type { House, Side } from './house.ts';
import { ffmpegsBelow, signal, treeOf } from './processes.ts';
import type { FaultKind, PlannedFault } from './schedule.ts';

/** What a fault did, in words, and how it is mended. */
export type Happened = {
  readonly said: string;
  readonly mend?: () => Promise<void> | void;
  /** The recorder that was killed. */
  readonly killed?: { readonly recorder: Recorder; readonly monotonicMs: number };
};
/** `not-now`: there is nothing that it could happen to at the moment. `not-here`: this machine does not let us. */
export type NotHappened = 'not-now' | 'not-here';
type Strike = (house: House, fault: PlannedFault) => Promise<Happened | NotHappened> | Happened | NotHappened;

const JUMPS_S = [-3600, -45, -5, 5, 45, 3600, 400 * 86_400];
const CORRUPTIONS = [
  'flip-request',
  'flip-answer',
  'truncate-request',
  'truncate-answer',
  'duplicate',
  'reorder',
] as const;

const running = ({ recorders }: House) => recorders.findLast((recorder) => recorder.isRunning());
const chosen = <T>(list: readonly T[], dice: number): T | undefined => list[Math.floor(dice * list.length)];
const now = () => Number(process.hrtime.bigint()) / 1e6;

/** Each really happens: a signal, a mount, a module that is taken away. */
export const STRIKES: Readonly<Record<FaultKind, Strike>> = {
  'kill-ffmpeg': (house, { dice }) => {
    const pid = ffmpegOf(house, dice);
    if (pid === undefined) return 'not-now';
    signal(pid, 'SIGKILL');
    return { said: `ffmpeg ${pid}` };
  },
  // Some die while they start; what a crash costs is seen by those that record.
  'kill-client': (house, { dice }) => killed(running(house), dice <= 0.3),
  'kill-service': async ({ service }) => {
    if (service.pid() === undefined) return 'not-now';
    await service.kill();
    return { said: 'killed', mend: service.start };
  },
  'stop-ffmpeg': (house, { dice }) => stopped(ffmpegOf(house, dice)),
  'stop-client': (house) => stopped(running(house)?.pid),
  'stop-service': ({ service }) => stopped(service.pid()),
  'client-disk-full': (house, fault) => full(house, 'client', fault.dice < 0.5 ? 0 : 100_000),
  'client-disk-low': (house) => full(house, 'client', 200_000_000),
  'service-disk-full': (house, fault) => full(house, 'service', fault.dice < 0.5 ? 0 : 200_000),
  'client-disk-read-only': (house) => readOnly(house, 'client'),
  'service-disk-read-only': (house) => readOnly(house, 'service'),
  'client-clock-jump': (house, { dice }) => jump(house, 'client', dice),
  'service-clock-jump': (house, { dice }) => jump(house, 'service', dice),
  'network-cut': (house) => network(house, { kind: 'cut' }),
  'network-stall': (house) => network(house, { kind: 'stall' }),
  'network-slow': (house, { dice }) =>
    network(house, { kind: 'slow', bytesPerSecond: Math.round(2_000 + dice * 30_000) }),
  'network-lossy': (house, { dice }) => network(house, { kind: 'lossy', share: 0.2 + dice * 0.6 }),
  'network-corrupting': (house, { dice }) =>
    network(house, ...CORRUPTIONS.map((kind) => ({ kind, share: 0.05 + dice * 0.2 }))),
  'sound-server-restart': async ({ machine }, { forMs }) => {
    await machine.restartSound(forMs);
    return { said: `away for ${forMs} ms` };
  },
  'microphone-unplugged': async ({ machine }) => ({ said: 'away', mend: await machine.unplug('microphone') }),
  'speakers-unplugged': async ({ machine }) => ({ said: 'away', mend: await machine.unplug('speakers') }),
  'display-resized': async ({ machine }) => {
    await machine.resize(true);
    return { said: 'smaller', mend: () => machine.resize(false) };
  },
  'token-revoked': async (house) => {
    const sessionId = running(house)?.sessionId;
    if (sessionId === undefined || house.service.pid() === undefined) return 'not-now';
    const path = `/collection/default/capture/session/${sessionId}/revoke`;
    const isRevoked = await house.api.data('POST', path, {}).then(
      () => true,
      () => false,
    );
    return isRevoked ? { said: sessionId } : 'not-now';
  },
  'service-killed-in-a-write': async (house) => {
    if (house.service.pid() === undefined) return 'not-now';
    const said = await untilWritten(join(house.serviceDir, 'blobs'));
    await house.service.kill();
    return { said, mend: house.service.start };
  },
  'client-killed-goes-on': (house) => {
    const recorder = running(house);
    const what = killed(recorder, false);
    if (what !== 'not-now' && recorder !== undefined) house.goesOn.add(recorder);
    return what;
  },
};

/** The whole tree. `alsoWhileStarting`: before it has recorded anything. */
function killed(recorder: Recorder | undefined, alsoWhileStarting: boolean): Happened | 'not-now' {
  if (recorder === undefined) return 'not-now';
  if (!alsoWhileStarting && !recorder.fragments().some(({ sequence }) => sequence > 0)) return 'not-now';
  const tree = treeOf(recorder.pid);
  const monotonicMs = now();
  for (const pid of tree) signal(pid, 'SIGKILL');
  return { said: `${tree.length} processes`, killed: { recorder, monotonicMs } };
}

function ffmpegOf(house: House, dice: number): number | undefined {
  const client = running(house);
  return client === undefined ? undefined : chosen(ffmpegsBelow(client.pid), dice);
}

function stopped(pid: number | undefined): Happened | NotHappened {
  if (pid === undefined) return 'not-now';
  signal(pid, 'SIGSTOP');
  return { said: `process ${pid}`, mend: () => signal(pid, 'SIGCONT') };
}

async function full({ disks }: House, side: Side, leftBytes: number): Promise<Happened | NotHappened> {
  const disk = disks[side];
  if (disk === undefined) return 'not-here';
  await disk.shrink(leftBytes);
  return { said: `${leftBytes} bytes left`, mend: disk.grow };
}

async function readOnly({ disks }: House, side: Side): Promise<Happened | NotHappened> {
  const disk = disks[side];
  if (disk === undefined) return 'not-here';
  await disk.readOnly();
  return { said: 'read only', mend: disk.writable };
}

function jump({ clocks }: House, side: Side, dice: number): Happened | NotHappened {
  const clock = clocks[side];
  if (clock === undefined) return 'not-here';
  const seconds = chosen(JUMPS_S, dice) ?? 0;
  clock.set(seconds);
  return { said: `by ${seconds} s`, mend: () => clock.set(0) };
}

/** One at a time: the later one takes the place of the earlier, and the first that ends ends both. */
function network({ proxy }: House, ...faults: Fault[]): Happened {
  proxy.set(...faults);
  const said = faults.map((fault) => JSON.stringify(fault)).join(' ');
  return { said, mend: () => proxy.set() };
}

/** Resolves in the moment in which a file of a stream is there, made or grown; after a second where none is. */
async function untilWritten(folder: string): Promise<string> {
  const before = sizes(folder);
  const endMs = performance.now() + 1_500;
  while (performance.now() < endMs) {
    for (const [path, size] of sizes(folder))
      if (before.get(path) !== size) return `while ${path} was written`;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return 'while nothing was written';
}

function sizes(folder: string): ReadonlyMap<string, number> {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return new Map(
      entries
        .filter((entry) => entry.isFile())
        .map((entry) => [entry.name, statSync(join(entry.parentPath, entry.name)).size]),
    );
  } catch {
    // Nothing was written so far, or a file was renamed in this very moment.
    return new Map();
  }
}
