import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { check, type Verdict } from './check.ts';
import { type Happened, type NotHappened, STRIKES } from './faults.ts';
import { type House, openHouse } from './house.ts';
import { type Loss, lossesOf, MOST_LOST_SECONDS } from './losses.ts';
import type { Machine } from './machine.ts';
import { processesWith, signal } from './processes.ts';
import type { PlannedFault, Schedule } from './schedule.ts';
import { readVault, sessionsIn } from './vault-page.ts';

/** How one schedule went. */
export type Played = {
  readonly seed: number;
  readonly liveOnly: string;
  readonly passed: boolean;
  readonly violations: readonly string[];
  readonly timeline: readonly string[];
  /** Kinds of fault that happened, each as often as it did. */
  readonly faults: readonly string[];
  readonly skipped: readonly string[];
  readonly losses: readonly (Loss & { readonly isDisturbed: boolean })[];
  readonly counts: Verdict['counts'] | undefined;
  readonly seconds: number;
  readonly folder: string;
};

/** How long a recorder that was told to stop may take, delivery and its patience of 15 s included. */
const STOP_PATIENCE_MS = 40_000;
const DELIVERIES = 4;
/** Waits between attempts to open a device grow to 4 s; the machine may be slow. */
const COME_BACK_MS = 25_000;

/** Plays one schedule from an empty house to the verdict. `keep`: the folder stays, to be looked at, where it failed. */
export async function play(machine: Machine, schedule: Schedule, keep = true): Promise<Played> {
  const beganMs = performance.now();
  const house = await openHouse(machine, schedule);
  const violations: string[] = [];
  const story = storyOf();
  let counts: Verdict['counts'] | undefined;
  let happened: readonly Struck[] = [];
  try {
    happened = await record(house, schedule, story.tell);
    violations.push(...happened.flatMap(({ losses }) => tooMuch(losses)));
    await mend(house);
    violations.push(...(await comesBack(house, story.tell)));
    await finish(house, story.tell, violations);
    const verdict = await check(house);
    counts = verdict.counts;
    violations.push(...verdict.violations);
  } catch (error) {
    violations.push(`the harness: ${error instanceof Error ? error.stack : String(error)}`);
  }
  violations.push(...(await house.close()));
  violations.push(...leftBehind(house));
  const passed = violations.length === 0;
  if (passed || !keep) await house.remove();
  return {
    ...{ seed: schedule.seed, liveOnly: schedule.liveOnly, passed, violations, counts },
    timeline: story.lines,
    faults: happened.filter(({ what }) => typeof what !== 'string').map(({ fault }) => fault.kind),
    skipped: happened.flatMap(({ what, fault }) =>
      typeof what === 'string' ? [`${fault.kind}: ${what}`] : [],
    ),
    losses: happened.flatMap(({ losses }) => losses),
    seconds: (performance.now() - beganMs) / 1000,
    folder: house.folder,
  };
}

function storyOf() {
  const beganMs = performance.now();
  const lines: string[] = [];
  const tell = (line: string) => {
    lines.push(`${((performance.now() - beganMs) / 1000).toFixed(2).padStart(6)}  ${line}`);
  };
  return { lines, tell };
}
type Tell = (line: string) => void;

/** Where nothing else was wrong: what a machine that stood still loses is not the crash's. */
function tooMuch(losses: Struck['losses']): string[] {
  return losses
    .filter((loss) => !loss.isDisturbed && loss.seconds > MOST_LOST_SECONDS)
    .map(({ channelId, seconds }) => `a crash cost ${channelId} ${seconds.toFixed(2)} s`);
}

type Struck = {
  readonly fault: PlannedFault;
  readonly what: Happened | NotHappened;
  readonly losses: readonly (Loss & { readonly isDisturbed: boolean })[];
};

async function record(house: House, schedule: Schedule, tell: Tell): Promise<Struck[]> {
  const over = new AbortController();
  const first = await house.record();
  tell(`recording ${first.sessionId}, ${schedule.liveOnly} live only`);
  while (first.isRunning() && !first.fragments().some(({ sequence }) => sequence > 0)) await delay(50);
  tell('the first fragment is there');
  const keeping = keepRecording(house, over.signal, tell);
  const beganMs = performance.now();
  const struck = await Promise.allSettled(
    schedule.faults.map((fault) => strike(house, schedule, fault, tell)),
  );
  await delay(Math.max(0, schedule.lengthMs - (performance.now() - beganMs)));
  over.abort();
  await keeping;
  return struck.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

async function strike(house: House, schedule: Schedule, fault: PlannedFault, tell: Tell): Promise<Struck> {
  const beganMs = performance.now();
  await delay(fault.atMs);
  let what = await STRIKES[fault.kind](house, fault);
  // What it is to happen to is being started again.
  while (what === 'not-now' && performance.now() < beganMs + schedule.lengthMs) {
    await delay(100);
    what = await STRIKES[fault.kind](house, fault);
  }
  tell(`${fault.kind}: ${typeof what === 'string' ? what : what.said}`);
  if (typeof what === 'string') return { fault, what, losses: [] };
  const { killed } = what;
  // Looked at before another goes on with its session.
  const losses = killed === undefined ? [] : lossesOf(killed.recorder, killed.monotonicMs);
  if (killed !== undefined) tell(`killed ${killed.recorder.sessionId}`);
  if (what.mend !== undefined) {
    await delay(fault.forMs);
    await what.mend();
    tell(`${fault.kind}: mended`);
  }
  const isDisturbed = schedule.faults.some(
    (other) => other !== fault && other.atMs < fault.atMs && other.atMs + other.forMs + 2_500 > fault.atMs,
  );
  return { fault, what, losses: losses.map((loss) => ({ ...loss, isDisturbed })) };
}

/** A recorder that died or ended by itself is followed by another, as a person would start it again, or go on with it. */
async function keepRecording(house: House, over: AbortSignal, tell: Tell): Promise<void> {
  while (!over.aborted) {
    const last = house.recorders.at(-1);
    if (last?.isRunning() === false) {
      const code = await last.exited;
      tell(`recorder ${last.sessionId} has ended with ${code}`);
      // The service may be away, or its disk full: it is tried again.
      const again = house.goesOn.has(last);
      const next = await (again ? house.goOn(last) : house.record()).catch(() => undefined);
      if (next !== undefined) tell(`${again ? 'going on with' : 'recording'} ${next.sessionId}`);
    }
    await delay(250);
  }
}

async function mend(house: House): Promise<void> {
  house.proxy.set();
  await house.service.start();
}

/** Each channel of the recorder that runs brings something again, or its recorder has said that it will not. */
async function comesBack({ recorders }: House, tell: Tell): Promise<string[]> {
  const recorder = recorders.findLast((one) => one.isRunning());
  // One that was killed at the very end is not started again.
  if (recorder === undefined) return [];
  const mendedMs = Number(process.hrtime.bigint()) / 1e6;
  const endMs = performance.now() + COME_BACK_MS;
  const quiet = () => {
    const isBack = new Set(
      recorder
        .fragments()
        .filter(({ monotonicMs, sequence }) => sequence > 0 && monotonicMs > mendedMs)
        .map(({ channelId }) => channelId),
    );
    return recorder.expected().filter((id) => !isBack.has(id));
  };
  while (performance.now() < endMs && recorder.isRunning() && quiet().length > 0) await delay(200);
  if (!recorder.isRunning()) return [];
  const missing = quiet();
  tell(missing.length === 0 ? 'every channel is back' : `not back: ${missing.join(', ')}`);
  return missing.map((id) => `${recorder.sessionId}: ${id} does not come back after everything was mended`);
}

async function finish(house: House, tell: Tell, violations: string[]): Promise<void> {
  for (const recorder of house.recorders) {
    if (!recorder.isRunning()) continue;
    signal(recorder.pid, 'SIGINT');
    const ended = await Promise.race([recorder.exited, delay(STOP_PATIENCE_MS, 'late' as const)]);
    tell(`stopped ${recorder.sessionId}: ${ended}`);
    if (ended !== 'late') continue;
    violations.push(`${recorder.sessionId}: it does not stop`);
    signal(recorder.pid, 'SIGKILL');
    await recorder.exited;
  }
  for (let attempt = 1; attempt <= DELIVERIES; attempt++)
    for (const sessionId of undelivered(house)) {
      const code = await house.deliver(sessionId);
      tell(`delivering ${sessionId}: ${code}`);
    }
}

function undelivered({ clientDir }: House): string[] {
  return sessionsIn(clientDir).filter((sessionId) => {
    try {
      return !readVault(clientDir, sessionId).facts.delivered;
    } catch {
      // Said by the check.
      return false;
    }
  });
}

function leftBehind({ folder, tempDir, machine }: House): string[] {
  const marks = [folder, `PULSE_SERVER=${machine.env.PULSE_SERVER}`];
  const processes = marks.flatMap((mark) =>
    processesWith(mark).filter(
      ({ command }) => !/stage\/(player|painter)\.ts|^(pulseaudio|pacat) /.test(command),
    ),
  );
  const files = readdirSync(tempDir);
  return [
    ...processes.map(({ pid, command }) => `a process is left: ${pid} ${command.slice(0, 200)}`),
    ...files.map((name) => `a temporary file is left: ${name}`),
  ];
}
