import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Channel } from '../../contract/channel.ts';
import type { TallylightError } from '../../contract/result.ts';
import { errorOf } from '../../contract/result.ts';
import type { ProcessEnv } from '../channels/host-env.ts';
import { childEnv } from '../channels/host-env.ts';
import { findLeash, leashed } from './child-leash.ts';
import { startChild } from './started-child.ts';
import { detailOf, readStderrLine } from './stderr.ts';

export type ProgramSourceOptions = {
  readonly channel: Channel;
  readonly program: string;
  readonly args: readonly string[];
  readonly platform: NodeJS.Platform;
  readonly env: ProcessEnv;
  /** Takes what the program writes, and is ended when that ends. */
  readonly into: Writable;
};

export type ProgramSourceEvents = {
  readonly started: (pid: number) => void;
  /** Unix time in milliseconds at which the first bytes came: a little after their first sample. */
  readonly first: (wallMs: number) => void;
  /** Once: it is gone, or did not come about. Whether anybody asked for it is not known here. */
  readonly ended: (error: TallylightError) => void;
};

export type ProgramSource = {
  /** Asks it to end; what it has recorded by then still comes. */
  readonly stop: () => void;
  readonly kill: () => void;
};

/** Runs a recorder such as parec, for an ffmpeg that cannot open the device itself. Opens the device. */
export function startProgram(options: ProgramSourceOptions, on: ProgramSourceEvents): ProgramSource {
  const { channel, program, args, platform, env, into } = options;
  let child: ChildProcess | undefined;
  let isUnwanted = false;
  let isOver = false;
  let heard: TallylightError | undefined;
  let lastWords = '';

  function end(how: string): void {
    if (isOver) return;
    isOver = true;
    child = undefined;
    into.end();
    on.ended(heard ?? errorOf('device-failed', `${channel.id}: ${program}: ${how}${lastWords}`));
  }

  function hear(line: string): void {
    lastWords = `: ${detailOf(line)}`;
    const fact = readStderrLine(line, channel.kind, platform);
    if (fact?.kind === 'trouble') heard ??= fact.error;
  }

  async function start(): Promise<void> {
    const leash = leashed(await findLeash(platform, env), program, args);
    if (isUnwanted) return end('not wanted any more');
    const mine = startChild(leash, {
      env: { ...childEnv(env), LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (mine instanceof Error) return end(mine.message);
    child = mine;
    mine.once('error', (error) => end(error.message));
    mine.once('close', (code, signal) => end(signal === null ? `exit ${code}` : `ended by ${signal}`));
    const [, stdout, stderr] = mine.stdio as unknown as readonly [null, Readable, Readable];
    stdout.once('data', () => on.first(Date.now()));
    stdout.pipe(into, { end: false });
    createInterface({ input: stderr }).on('line', hear);
    if (mine.pid !== undefined) on.started(mine.pid);
  }

  const kill = (signal: NodeJS.Signals) => {
    isUnwanted = true;
    child?.kill(signal);
  };
  start().catch((error: unknown) => end(String(error)));
  return { stop: () => kill('SIGTERM'), kill: () => kill('SIGKILL') };
}
