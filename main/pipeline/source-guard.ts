import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { ProcessEnv } from '../channels/host-env.ts';
import { childEnv } from '../channels/host-env.ts';
import { parseSourceNames } from '../channels/pulse-sources.ts';
import { toolOutput } from '../channels/tool-output.ts';
import { findLeash, leashed } from './child-leash.ts';
import { startChild } from './started-child.ts';
import { createWatchdog } from './watchdog.ts';

/** A running recording as the sound server sees it. */
export type Recording = { readonly index: number; readonly sourceIndex: number; readonly pid: number };

/** Parses `pactl list source-outputs` in the C locale. */
export function parseRecordings(text: string): Recording[] {
  return text.split(/^(?=Source Output #\d+$)/m).flatMap((block) => {
    const index = /^Source Output #(\d+)$/m.exec(block)?.[1];
    const sourceIndex = /^\tSource: (\d+)$/m.exec(block)?.[1];
    const pid = /^\t\tapplication\.process\.id = "(\d+)"$/m.exec(block)?.[1];
    return index === undefined || sourceIndex === undefined || pid === undefined
      ? []
      : [{ index: Number(index), sourceIndex: Number(sourceIndex), pid: Number(pid) }];
  });
}

export type SourceGuard = {
  /** Whether it has yet to be made sure what is recorded; what arrives meanwhile is not to be passed on. */
  readonly isInDoubt: () => boolean;
  /** Ends the watching. A doubt there is stays. */
  readonly close: () => void;
};

type GuardEvents = {
  /** What arrived up to this time of `performance.now()` is of the agreed device. */
  readonly cleared: (untilMs: number) => void;
  /** The recording is of another device now. Final. */
  readonly moved: () => void;
  /** It could not be made sure in time. Final. */
  readonly unsure: () => void;
};

/** How long a guard waits, in milliseconds. */
type GuardPatience = {
  /** For a recording that has just been started to be found where it was agreed to be. */
  readonly firstMs: number;
  /** For a later doubt to be settled. */
  readonly doubtMs: number;
  /** Between two questions, and before a watch that ended is started again. */
  readonly pauseMs: number;
};

const GUARD_PATIENCE: GuardPatience = { firstMs: 5_000, doubtMs: 2_000, pauseMs: 100 };

/** For one question to the sound server. */
const ANSWER_MS = 1_000;

/** What a recording that is attached to no source is said to be of. */
const NO_SOURCE = 0xffff_ffff;

type Answer = {
  readonly verdict: 'agreed' | 'moved' | 'unknown';
  /** The server's number of the recording, where it was found. */
  readonly index?: number;
};

/**
 * Watches that a recording stays on the device that was agreed to. When a source goes away, PulseAudio and
 * PipeWire move its recordings to another one and say nothing to the recorder: system audio whose output is
 * unplugged would go on as the microphone. ffmpeg has no way to forbid the move.
 *
 * A recording is in doubt until it was found on its device while changes are being watched, again after every
 * change of it, and whenever the watch breaks off. A doubt that cannot be settled in time is final.
 */
export function guardSource(
  recording: {
    readonly pid: number;
    readonly source: string;
    readonly platform: NodeJS.Platform;
    readonly env: ProcessEnv;
  },
  on: GuardEvents,
  patience: GuardPatience = GUARD_PATIENCE,
): SourceGuard {
  const { pid, source, platform, env } = recording;
  let isClosed = false;
  let isInDoubt = true;
  /** Something was told by the watch that runs: from then on it tells everything. */
  let isWatching = false;
  let isAsking = false;
  /** Something happened since the last question was asked. */
  let isDirty = false;
  let ownIndex: number | undefined;
  let watch: ChildProcess | undefined;
  let nextQuestion: NodeJS.Timeout | undefined;
  let nextWatch: NodeJS.Timeout | undefined;
  const deadline = createWatchdog(() => {
    close();
    on.unsure();
  });

  function close(): void {
    isClosed = true;
    deadline.cancel();
    clearTimeout(nextQuestion);
    clearTimeout(nextWatch);
    watch?.kill('SIGKILL');
  }

  function doubt(): void {
    isDirty = true;
    if (!isInDoubt) {
      isInDoubt = true;
      deadline.restart(patience.doubtMs);
    }
    if (!isAsking && nextQuestion === undefined) void ask();
  }

  async function ask(): Promise<void> {
    nextQuestion = undefined;
    isAsking = true;
    isDirty = false;
    const wasWatching = isWatching;
    const askedMs = performance.now();
    const { verdict, index } = await whereIs(pid, source, env);
    isAsking = false;
    if (isClosed) return;
    ownIndex = index ?? ownIndex;
    if (verdict === 'moved') {
      close();
      return on.moved();
    }
    if (verdict === 'agreed' && wasWatching) {
      isInDoubt = isDirty;
      // Where changes come without end, as from a volume slider, each answer vouches for what came before it.
      if (isDirty) deadline.restart(patience.doubtMs);
      else deadline.cancel();
      on.cleared(isDirty ? askedMs : performance.now());
    }
    if (isInDoubt && !isClosed) nextQuestion = setTimeout(() => void ask(), patience.pauseMs);
  }

  async function startWatch(): Promise<void> {
    const leash = leashed(await findLeash(platform, env), 'pactl', ['subscribe']);
    if (isClosed) return;
    const mine = startChild(leash, {
      env: { ...childEnv(env), LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    isWatching = false;
    const again = () => {
      watch = undefined;
      isWatching = false;
      doubt();
      nextWatch = setTimeout(() => void startWatch(), patience.pauseMs);
    };
    if (mine instanceof Error) return again();
    watch = mine;
    const ended = () => {
      if (!isClosed && watch === mine) again();
    };
    // Without the program there is an error and no exit.
    mine.on('error', ended);
    mine.on('exit', ended);
    createInterface({ input: mine.stdout as Readable }).on('line', (line) => {
      if (isClosed || watch !== mine) return;
      // The questions themselves are told as clients that come and go, so the first line is not long in coming.
      const isFirst = !isWatching;
      isWatching = true;
      if (isFirst || isOfRecording(line, ownIndex)) doubt();
    });
    // At best this finds out early that the recording is elsewhere; it is asked again once the watch runs.
    doubt();
  }

  deadline.restart(patience.firstMs);
  void startWatch();
  return { isInDoubt: () => isInDoubt, close };
}

function isOfRecording(line: string, ownIndex: number | undefined): boolean {
  const index = /'(?:new|change)' on source-output #(\d+)/.exec(line)?.[1];
  return index !== undefined && (ownIndex === undefined || Number(index) === ownIndex);
}

async function whereIs(pid: number, source: string, env: ProcessEnv): Promise<Answer> {
  const [recordings, sources] = await Promise.all([
    toolOutput('pactl', ['list', 'source-outputs'], env, ANSWER_MS),
    toolOutput('pactl', ['list', 'short', 'sources'], env, ANSWER_MS),
  ]);
  if (recordings.kind !== 'printed' || sources.kind !== 'printed') return { verdict: 'unknown' };
  const mine = parseRecordings(recordings.stdout).find((one) => one.pid === pid);
  if (mine === undefined) return { verdict: 'unknown' };
  const { index, sourceIndex } = mine;
  if (sourceIndex === NO_SOURCE) return { verdict: 'unknown', index };
  const agreed = parseSourceNames(sources.stdout).find(({ name }) => name === source);
  return { verdict: agreed?.index === sourceIndex ? 'agreed' : 'moved', index };
}
