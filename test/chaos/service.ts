import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Leash } from '../../app/launch/stage/leash.ts';

export const CLI = join(import.meta.dirname, '..', '..', 'app', 'cli', 'main.ts');

export type ServiceParts = {
  readonly leash: Leash;
  readonly dataDir: string;
  readonly logFile: string;
  readonly env: NodeJS.ProcessEnv;
};

/** The media service as a process that dies and is started again. */
export type Service = {
  /** Where it is now, or was last. */
  readonly url: () => string;
  readonly pid: () => number | undefined;
  /** Resolves when it listens, or has said why it does not; no second one is started. */
  readonly start: () => Promise<void>;
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export function serviceIn({ leash, dataDir, logFile, env }: ServiceParts): Service {
  let child: ChildProcess | undefined;
  let url = '';
  const log = openSync(logFile, 'a');
  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;

  async function start(): Promise<void> {
    if (isRunning()) return;
    const args = ['--no-warnings', CLI, 'backend', 'serve', '--port', '0', '--data', dataDir, '--json'];
    const started = leash.start(process.execPath, args, { stdio: ['ignore', 'pipe', log], env });
    child = started;
    const listening = new Promise<void>((resolve) => {
      if (started.stdout === null) return;
      createInterface(started.stdout).on('line', (line) => {
        const told: unknown = JSON.parse(line);
        if (typeof told !== 'object' || told === null || !('url' in told)) return;
        url = String(told.url);
        resolve();
      });
    });
    await Promise.race([listening, once(started, 'exit')]);
  }
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child === undefined || !isRunning()) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
  return {
    url: () => url,
    pid: () => (isRunning() ? child?.pid : undefined),
    start,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}
