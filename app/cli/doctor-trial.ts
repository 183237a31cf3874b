import type { Channel } from '../../contract/channel.ts';
import type { Fragment } from '../../contract/fragment.ts';
import { INIT_SEQUENCE } from '../../contract/fragment.ts';
import type { TallylightError } from '../../contract/result.ts';
import { locateChannel } from '../../main/channels/list.ts';
import { machineOf } from '../../main/machine.ts';
import { variantsOf } from '../../main/pipeline/arguments.ts';
import { DEFAULT_FORMAT } from '../../main/pipeline/capture-format.ts';
import type { CaptureFfmpeg } from '../../main/pipeline/capture-way.ts';
import { createChannelPipeline } from '../../main/pipeline/channel-pipeline.ts';
import { startSessionClock } from '../../main/pipeline/clock.ts';
import { openTake, type Take, type TakeOptions } from '../../main/pipeline/take.ts';
import { SOFTWARE_ENCODER } from '../../main/pipeline/video-encoder.ts';
import type { PermissionState } from '../../native-permissions/permission.ts';
import { type Content, contentOf } from './doctor-content.ts';
import { faultOf, type Trouble } from './doctor-fault.ts';

/** What recording one channel showed. Times in milliseconds from the start of the recording. */
export type Trial = {
  readonly id: string;
  readonly kind: Channel['kind'];
  /** What the system said of it right before. */
  readonly permission: PermissionState;
  /** The demuxer, filter or program that opened the device for each take, repetitions left out; the last is the last. */
  readonly ways: readonly string[];
  /** By ffmpeg's names, in the same way: one in hardware is given up where it brings nothing. */
  readonly encoders: readonly string[];
  readonly takes: number;
  readonly fragments: number;
  readonly bytes: number;
  readonly recordedMs: number;
  /** Null: nothing came. */
  readonly firstFragmentMs: number | null;
  /** From being told to stop to the device being released. */
  readonly stopMs: number;
  /** No process that was started for it is left. */
  readonly isGone: boolean;
  readonly content: Content | null;
  /** What went wrong on the way, each once. */
  readonly troubles: readonly Trouble[];
  /** Why the channel is not proved; null where it is. */
  readonly fault: Trouble | null;
};

export type TrialParts = {
  readonly channel: Channel;
  readonly permission: PermissionState;
  readonly ffmpeg: CaptureFfmpeg;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly seconds: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
};

/** For the first fragment: a person may have to answer the system's question first. */
const PATIENCE_MS = 40_000;
const SESSION = 'cap-doctor0000';

/**
 * Records one channel into memory, as a recording would, and looks at what came. The person has agreed by then; where
 * `signal` says that this was taken back, nothing is opened.
 */
export async function tryChannel(parts: TrialParts): Promise<Trial> {
  const { channel, permission, ffmpeg, env, seconds, signal } = parts;
  if (signal.aborted)
    return unopened(channel, permission, { code: 'consent-missing', detail: 'taken back before it began' });
  const machine = machineOf({ env });
  const fragments: Fragment[] = [];
  const troubles: TallylightError[] = [];
  const takes: Take[] = [];
  const ways: string[] = [];
  const encoders: string[] = [];
  const pids = new Set<number>();
  const startedMs = performance.now();
  let firstFragmentMs: number | null = null;
  let recordedMs = 0;
  let unwell: TallylightError | null = null;
  let conclude: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    conclude = resolve;
  });
  const impatience = setTimeout(() => conclude(), PATIENCE_MS);
  signal.addEventListener('abort', () => conclude());

  const pipeline = createChannelPipeline({
    channel,
    sessionId: SESSION,
    clock: startSessionClock(),
    ffmpeg,
    format: DEFAULT_FORMAT,
    env,
    machine,
    locate: (known) => locateChannel(machine, known),
    open: (options) => {
      const take = openTake(options);
      // What was told of the take before says nothing of this one.
      unwell = null;
      noteNew(ways, wayOf(options));
      noteNew(encoders, encoderOf(options));
      takes.push(take);
      return take;
    },
    on: {
      fragment: (fragment) => {
        fragments.push(fragment);
        for (const pid of takes.map((take) => take.pid())) if (pid !== undefined) pids.add(pid);
        if (fragment.header.sequence === INIT_SEQUENCE) return;
        if (firstFragmentMs === null) {
          firstFragmentMs = performance.now() - startedMs;
          clearTimeout(impatience);
          setTimeout(() => conclude(), seconds * 1_000 + PATIENCE_MS).unref();
        }
        recordedMs += fragment.header.durationMs;
        if (recordedMs >= seconds * 1_000) conclude();
      },
      state: (state) => {
        if (state === 'lost') conclude();
      },
      level: () => undefined,
      gap: () => undefined,
      trouble: (error) => troubles.push(error),
      content: () => undefined,
      health: (error) => {
        unwell = error;
        if (error !== null) troubles.push(error);
      },
    },
  });
  pipeline.start();
  await over;
  clearTimeout(impatience);
  const stoppingMs = performance.now();
  await pipeline.stop();
  const stopMs = performance.now() - stoppingMs;

  const media = fragments.filter(({ header }) => header.sequence !== INIT_SEQUENCE);
  const isGone = [...pids].every((pid) => !isAlive(pid));
  const content = await contentOf(fragments, channel, ffmpeg, env);
  return {
    id: channel.id,
    kind: channel.kind,
    permission,
    ways,
    encoders,
    takes: takes.length,
    fragments: media.length,
    bytes: fragments.reduce((sum, { bytes }) => sum + bytes.length, 0),
    recordedMs: Math.round(recordedMs),
    firstFragmentMs: firstFragmentMs === null ? null : Math.round(firstFragmentMs),
    stopMs: Math.round(stopMs),
    isGone,
    content,
    troubles: eachOnce(troubles),
    fault: faultOf({
      ...{ channel, content, isGone, recordedMs, askedMs: seconds * 1_000 },
      ...{ fragments: media.length, unwell, last: troubles.at(-1) },
    }),
  };
}

function wayOf({ channel, format, ffmpeg, env, variant = 0 }: TakeOptions): string {
  const names = variantsOf({ channel, format, ffmpeg, platform: process.platform, env });
  return names[variant % names.length] ?? 'nothing';
}

function encoderOf({ channel, ffmpeg }: TakeOptions): string {
  return channel.kind === 'display' ? (ffmpeg.videoEncoder ?? SOFTWARE_ENCODER) : 'libopus';
}

function noteNew(names: string[], name: string): void {
  if (names.at(-1) !== name) names.push(name);
}

function eachOnce(troubles: readonly TallylightError[]): readonly Trouble[] {
  const told = new Map<string, Trouble>();
  for (const { code, detail = '' } of troubles) told.set(`${code} ${detail}`, { code, detail });
  return [...told.values()];
}

/** The row of a channel that the system does not let us open. */
export function refusedTrial(channel: Channel, permission: PermissionState, why: string): Trial {
  return unopened(channel, permission, { code: 'permission-denied', detail: why });
}

function unopened({ id, kind }: Channel, permission: PermissionState, fault: Trouble): Trial {
  const nothing = { takes: 0, fragments: 0, bytes: 0, recordedMs: 0, firstFragmentMs: null, stopMs: 0 };
  const nobody = { ways: [], encoders: [], isGone: true, content: null };
  return { id, kind, permission, ...nothing, ...nobody, troubles: [fault], fault };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
