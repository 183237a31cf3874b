import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { CHANNELS } from './schedule.ts';
import { CLI, type ServiceParts } from './service.ts';

/** A line of a recorder's fragment log (TALLYLIGHT_DEBUG). */
export type LoggedFragment = {
  readonly step: 'taken' | 'kept' | 'passed-on';
  readonly atMs: number;
  readonly monotonicMs: number;
  readonly channelId: string;
  readonly take: number;
  readonly sequence: number;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly sha256: string;
};

/** One run of the recorder's command line. */
export type Recorder = {
  readonly sessionId: string;
  readonly pid: number;
  readonly isRunning: () => boolean;
  readonly fragments: () => LoggedFragment[];
  /** Channels of which it says that they are being recorded, or looked for; none before it records and after it has ended. */
  readonly expected: () => string[];
  /** Of them those that it says are being recorded. */
  readonly live: () => string[];
  readonly exited: Promise<number | null>;
  readonly logFile: string;
};

export type Order = {
  readonly server: string;
  readonly sessionId: string;
  readonly token: string;
  /** Channels as they are chosen, the one of this id live only; or what a crash cut off goes on. */
  readonly what: { readonly liveOnly: string } | 'goes-on';
};

export function record(parts: ServiceParts, { server, sessionId, token, what }: Order): Recorder {
  const named =
    what === 'goes-on'
      ? ['--resume']
      : CHANNELS.flatMap((id) => [id === what.liveOnly ? '--ephemeral' : '--store', id]);
  const args = ['record', '--server', server, '--session', sessionId, ...named];
  const child = start(parts, args, token);
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  return {
    sessionId,
    pid: child.pid ?? -1,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    fragments: () => fragmentsIn(parts.logFile),
    expected: () => channelsIn(parts.logFile, (state) => state !== 'lost' && state !== 'ended'),
    live: () => channelsIn(parts.logFile, (state) => state === 'live'),
    exited,
    logFile: parts.logFile,
  };
}

/** Runs `tallylight deliver` to its end; its exit code. */
export async function deliver(
  parts: ServiceParts,
  { server, sessionId, token }: Omit<Order, 'what'>,
): Promise<number | null> {
  const child = start(parts, ['deliver', '--server', server, '--session', sessionId], token);
  const [code] = await once(child, 'exit');
  return code as number | null;
}

/** Straight into a file: what a process has said is there, also where it is killed in the next moment. */
function start(parts: ServiceParts, args: readonly string[], token: string): ChildProcess {
  const log = openSync(parts.logFile, 'a');
  try {
    return parts.leash.start(
      process.execPath,
      ['--no-warnings', CLI, ...args, '--data', parts.dataDir, '--json'],
      {
        stdio: ['ignore', log, log],
        env: { ...parts.env, TALLYLIGHT_TOKEN: token, TALLYLIGHT_DEBUG: '1' },
      },
    );
  } finally {
    closeSync(log);
  }
}

type State = {
  readonly state: string;
  readonly channels: readonly { readonly id: string; readonly state: string }[];
};

function channelsIn(logFile: string, isMeant: (state: string) => boolean): string[] {
  const line = readFileSync(logFile, 'utf8')
    .split('\n')
    .findLast((one) => one.startsWith('{"event":"state"') && one.endsWith('}'));
  if (line === undefined) return [];
  const { state, channels }: State = JSON.parse(line);
  if (state !== 'recording' && state !== 'starting') return [];
  return channels.filter(({ state: own }) => isMeant(own)).map(({ id }) => id);
}

export function fragmentsIn(logFile: string): LoggedFragment[] {
  return readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{"event":"fragment"'))
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as LoggedFragment];
      } catch {
        // The line that was being written when it was killed.
        return [];
      }
    });
}
