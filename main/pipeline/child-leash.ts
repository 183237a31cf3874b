import type { ChildProcess } from 'node:child_process';
import { posix } from 'node:path';
import type { Duplex } from 'node:stream';
import { assertNever } from '../../contract/result.ts';
import type { ProcessEnv } from '../channels/host-env.ts';
import { toolOutput } from '../channels/tool-output.ts';

/**
 * How a child is made to end when this process does, whatever ends it: SIGKILL and a power user's task
 * manager included. A child that writes would notice by its broken pipe; one that waits for its device never.
 *
 * - `job`, Windows: libuv puts every child that is not `detached` into a job object that is killed when its
 *   last handle is closed (src/win/process.c, uv__init_global_job_handle: JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE).
 *   Nothing is to be done but to leave `detached` alone.
 * - `parent-death-signal`, Linux: prctl(2) PR_SET_PDEATHSIG, set by `setpriv` of util-linux 2.33 or newer. The
 *   kernel forgets it where the program has set-user-ID or file capabilities.
 * - `watcher`, any other POSIX system: a shell of its own that holds a pipe from us and kills when it ends.
 */
export type Leash =
  | { readonly kind: 'job' }
  | { readonly kind: 'parent-death-signal'; readonly setpriv: string }
  | { readonly kind: 'watcher' };

/** What to hand to `spawn`. The child has the process id that the program itself would have. */
export type LeashedCommand = {
  readonly program: string;
  readonly args: readonly string[];
  /** File descriptors after stdin, stdout and stderr. */
  readonly moreStdio: readonly 'pipe'[];
  readonly isDetached: boolean;
  /** To be called with the child as soon as it is spawned. */
  readonly hold: (child: ChildProcess) => void;
};

/** In every POSIX system at this place, as system(3) relies on. */
const SHELL = '/bin/sh';

/**
 * Where this process ended before the signal was set, the shell finds itself with another parent and ends.
 * `$0` is our process id.
 */
const UNLESS_ORPHANED = 'test "$PPID" = "$0" || exit 125; exec "$@"';

/**
 * The watcher waits for a line. We write it when the child is gone; without it the pipe has ended because we
 * have. `$$` in a subshell is the process of the shell itself, which the program then takes over.
 */
const WATCHED = '( read -r _ <&3 || kill -9 "$$" ) </dev/null >/dev/null 2>&1 & exec "$@" 3<&-';

const probes = new Map<string, Promise<boolean>>();

/** The leash of this system. Looks for `setpriv` on the PATH of `env`, and asks each once whether it can. */
export async function findLeash(platform: NodeJS.Platform, env: ProcessEnv): Promise<Leash> {
  if (platform === 'win32') return { kind: 'job' };
  if (platform !== 'linux') return { kind: 'watcher' };
  for (const folder of (env.PATH ?? '').split(posix.delimiter)) {
    const setpriv = posix.join(folder, 'setpriv');
    if (folder !== '' && (await setsDeathSignal(setpriv))) return { kind: 'parent-death-signal', setpriv };
  }
  return { kind: 'watcher' };
}

function setsDeathSignal(setpriv: string): Promise<boolean> {
  const known = probes.get(setpriv);
  if (known !== undefined) return known;
  const probe = toolOutput(setpriv, ['--pdeathsig', 'KILL', '--', SHELL, '-c', ':'], {}).then(
    ({ kind }) => kind === 'printed',
  );
  probes.set(setpriv, probe);
  return probe;
}

/** A program and its arguments as they are spawned on a leash. */
export function leashed(leash: Leash, program: string, args: readonly string[]): LeashedCommand {
  // A group of its own: Ctrl-C in a terminal must not end a child before its take is told to stop.
  const posix = { isDetached: true, moreStdio: [], hold: () => undefined } as const;
  switch (leash.kind) {
    case 'job':
      return { ...posix, program, args, isDetached: false };
    case 'parent-death-signal': {
      const shell = [SHELL, '-c', UNLESS_ORPHANED, String(process.pid), program, ...args];
      return { ...posix, program: leash.setpriv, args: ['--pdeathsig', 'KILL', '--', ...shell] };
    }
    case 'watcher':
      return {
        ...posix,
        program: SHELL,
        args: ['-c', WATCHED, 'tallylight', program, ...args],
        moreStdio: ['pipe'],
        hold: dismissWhenGone,
      };
    default:
      return assertNever(leash);
  }
}

function dismissWhenGone(child: ChildProcess): void {
  const line = child.stdio[3] as Duplex | null | undefined;
  // Where the watcher is gone before us, there is nobody left to be told.
  line?.on('error', () => line.destroy());
  child.once('exit', () => line?.end('\n', () => line.destroy()));
}
