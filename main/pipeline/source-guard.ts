import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ProcessEnv } from '../channels/host-env.ts';
import { childEnv } from '../channels/host-env.ts';
import { parseSources } from '../channels/pulse-sources.ts';
import { toolOutput } from '../channels/tool-output.ts';

/** A running recording as the sound server sees it. */
export type Recording = { readonly sourceIndex: number; readonly pid: number };

/** Parses `pactl list source-outputs` in the C locale. */
export function parseRecordings(text: string): Recording[] {
  return text.split(/^(?=Source Output #\d+$)/m).flatMap((block) => {
    const sourceIndex = /^\tSource: (\d+)$/m.exec(block)?.[1];
    const pid = /^\t\tapplication\.process\.id = "(\d+)"$/m.exec(block)?.[1];
    return sourceIndex === undefined || pid === undefined
      ? []
      : [{ sourceIndex: Number(sourceIndex), pid: Number(pid) }];
  });
}

export type SourceGuard = {
  /** Whether something happened that has yet to be looked into; what arrives meanwhile is not to be passed on. */
  readonly isInDoubt: () => boolean;
  readonly close: () => void;
};

export type GuardEvents = {
  /** The doubt was groundless. */
  readonly cleared: () => void;
  /** The recording is of another device now. */
  readonly moved: () => void;
};

/**
 * Watches that a recording stays on the device that was agreed to. When a source goes away, PulseAudio and
 * PipeWire move its recordings to another one and say nothing to the recorder: system audio whose output is
 * unplugged would go on as the microphone. ffmpeg has no way to forbid the move.
 */
export function guardSource(
  recording: { readonly pid: number; readonly source: string; readonly env: ProcessEnv },
  on: GuardEvents,
): SourceGuard {
  const { pid, source, env } = recording;
  let isClosed = false;
  let doubts = 0;
  const events = spawn('pactl', ['subscribe'], {
    env: { ...childEnv(env), LC_ALL: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // Without pactl nothing was listed in the first place.
  events.on('error', () => undefined);
  createInterface({ input: events.stdout }).on('line', async (line) => {
    if (!/'(new|change)' on source-output/.test(line)) return;
    doubts++;
    const isMoved = await hasMoved(pid, source, env);
    // A move is final: nothing is cleared after it.
    if (!isMoved) doubts--;
    if (isClosed) return;
    if (isMoved) on.moved();
    else if (doubts === 0) on.cleared();
  });
  return {
    isInDoubt: () => doubts > 0,
    close: () => {
      isClosed = true;
      events.kill('SIGKILL');
    },
  };
}

async function hasMoved(pid: number, source: string, env: ProcessEnv): Promise<boolean> {
  const [recordings, sources] = await Promise.all([
    toolOutput('pactl', ['list', 'source-outputs'], env),
    toolOutput('pactl', ['list', 'sources'], env),
  ]);
  if (recordings.kind !== 'printed' || sources.kind !== 'printed') return false;
  const mine = parseRecordings(recordings.stdout).find((one) => one.pid === pid);
  if (mine === undefined) return false;
  const agreed = parseSources(sources.stdout).find(({ name }) => name === source);
  return agreed?.index !== mine.sourceIndex;
}
