import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** How long the media service takes to answer from a cold start, and what it holds in memory then. */
export async function idleService(
  dataDir: string,
  env: NodeJS.ProcessEnv,
): Promise<Readonly<Record<string, number>>> {
  const cli = join(import.meta.dirname, '..', 'app', 'cli', 'main.ts');
  const startedAt = performance.now();
  const service = spawn(
    process.execPath,
    ['--no-warnings', cli, 'backend', 'serve', '--port', '0', '--data', dataDir, '--json'],
    { env, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const [line] = (await once(createInterface(service.stdout), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  await (await fetch(`${url}/healthz`)).json();
  const startMs = performance.now() - startedAt;
  const status = await readFile(`/proc/${service.pid}/status`, 'utf8');
  const [, kibibytes = 'NaN'] = /VmRSS:\s+(\d+) kB/.exec(status) ?? [];
  service.kill('SIGTERM');
  await once(service, 'exit');
  return {
    'media service starts, ms': startMs,
    'media service idle, MB resident': (Number(kibibytes) * 1024) / 1e6,
  };
}
