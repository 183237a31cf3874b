import type { ChildProcess, StdioOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { LeashedCommand } from './child-leash.ts';

export type StartOptions = {
  readonly env: Readonly<Record<string, string>>;
  /** Of stdin, stdout and stderr; the leash adds what it needs. */
  readonly stdio: readonly ('ignore' | 'pipe')[];
};

/**
 * Starts a program on its leash, or says why not. Node has three ways to say so: some reasons are thrown (ETXTBSY), some
 * come as an event (ENOENT), and without file descriptors left (EMFILE) there is an event and a child without pipes. A
 * child that is returned has its pipes, and may still tell an error.
 */
export function startChild(leash: LeashedCommand, { env, stdio }: StartOptions): ChildProcess | Error {
  try {
    const child = spawn(leash.program, leash.args, {
      env,
      stdio: [...stdio, ...leash.moreStdio] as StdioOptions,
      detached: leash.isDetached,
      windowsHide: true,
    });
    // Whatever is told later, such as a signal that could not be sent, is no reason to end this process.
    child.on('error', () => undefined);
    if ((child.stdio as unknown) === undefined) return new Error('there are no file descriptors left');
    leash.hold(child);
    return child;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
