import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { median } from './offsets.ts';

const CLI = join(import.meta.dirname, '..', 'app', 'cli', 'main.ts');
const ROUNDS = 300;
const NOWHERE = `cap-${'x'.repeat(22)}`;

/** How long "there is no such session" takes for one that another tenant has, and for one that nobody has. */
export async function existence(
  dataDir: string,
  env: NodeJS.ProcessEnv,
): Promise<Readonly<Record<string, number>>> {
  const words = (...args: string[]) => [
    '--no-warnings',
    CLI,
    'backend',
    ...args,
    '--data',
    dataDir,
    '--json',
  ];
  const run = async (...args: string[]): Promise<{ readonly key: string }> =>
    JSON.parse((await promisify(execFile)(process.execPath, words(...args), { env })).stdout);
  const service = spawn(process.execPath, words('serve', '--port', '0'), {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const [line] = (await once(createInterface(service.stdout), 'line')) as [string];
    const { url } = JSON.parse(line) as { url: string };
    await run('tenant', 'create', '--id', 'other', '--name', 'Other');
    const { key: theirs } = await run('key', 'create', '--name', 'theirs', '--tenant', 'other');
    const { key } = await run('key', 'create', '--name', 'ours');
    const sessions = `${url}/collection/default/capture/session`;
    const headers = (secret: string) => ({ 'x-access-token': secret, 'content-type': 'application/json' });
    const body = JSON.stringify({ end_user_id: 'bob' });
    const made = await fetch(sessions, { method: 'POST', headers: headers(theirs), body });
    const { data } = (await made.json()) as { data: { id: string } };
    const tookMs = async (id: string) => {
      const startedAt = performance.now();
      const answer = await fetch(`${sessions}/${id}`, { headers: headers(key) });
      await answer.arrayBuffer();
      if (answer.status !== 404) throw new Error(`it was answered ${answer.status}`);
      return performance.now() - startedAt;
    };
    // In turns, so that whatever else the machine does meets both.
    const [another, nobody]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      another.push(await tookMs(data.id));
      nobody.push(await tookMs(NOWHERE));
    }
    return {
      'session of another tenant: 404, ms': median(another),
      'session of nobody: 404, ms': median(nobody),
    };
  } finally {
    service.kill('SIGTERM');
    await once(service, 'exit');
  }
}
