import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { firstLine } from './house.ts';

const root = join(import.meta.dirname, '..', '..');
const demoResult = z.strictObject({
  ok: z.boolean(),
  channels: z.array(
    z.strictObject({
      id: z.string(),
      mode: z.enum(['store', 'ephemeral']),
      takes: z.int(),
      seconds: z.number(),
      bytes: z.int(),
      verified: z.boolean(),
      clientFiles: z.int(),
      serviceFiles: z.int(),
    }),
  ),
});

/** The commands that a newcomer types, as they type them. */
describe('on a machine with nobody in front of it', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tallylight-commands-'));
    const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, PULSE_SERVER: _pulse, ...rest } = process.env;
    env = { ...rest, TMPDIR: folder, TALLYLIGHT_DATA: join(folder, 'data') };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Every process that was started for this test carries its folder in its environment. */
  async function processesLeft(): Promise<string[]> {
    const pids = (await readdir('/proc')).filter(
      (name) => /^\d+$/.test(name) && name !== String(process.pid),
    );
    const envs = await Promise.all(
      pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')),
    );
    return pids.filter((_, index) => envs[index]?.includes(folder));
  }

  test('npm run demo proves itself, tells it as JSON on the last line, and leaves nothing behind', async () => {
    const demo = spawn('npm', ['run', '--silent', 'demo', '--', '--json'], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const said: string[] = [];
    demo.stdout.on('data', (chunk: Buffer) => said.push(String(chunk)));
    const [code] = await once(demo, 'close');
    const result = demoResult.parse(JSON.parse(said.join('').trim().split('\n').at(-1) ?? ''));
    expect(code).toBe(0);
    expect(result.ok).toBe(true);
    expect(result.channels.map(({ id, mode }) => `${id} ${mode}`)).toEqual([
      'mic:default store',
      'system_audio:default store',
      'display:1 ephemeral',
    ]);
    expect(await processesLeft()).toEqual([]);
    // npm itself keeps compiled code there.
    expect((await readdir(folder)).filter((name) => name !== 'node-compile-cache')).toEqual([]);
  }, 120_000);

  test('[P07] npm start prints an address that lets one browser in, and ends in good order at Ctrl+C', async () => {
    const start = spawn('npm', ['start', '--silent'], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const link = await firstLine(start);
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/enter\?ticket=/);
    const entered = await fetch(link, { redirect: 'manual' });
    expect(entered.status).toBe(303);
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(403);
    const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(await (await fetch(new URL('/', link), { headers: { cookie } })).text()).toContain('Tallylight');
    expect(await keyHolders()).toEqual(['your-backend/start.ts']);

    process.kill(-(start.pid ?? 0), 'SIGINT');
    await once(start, 'exit');
    while ((await processesLeft()).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  });

  /** Which programs have the API key in their environment. */
  async function keyHolders(): Promise<string[]> {
    const pids = await processesLeft();
    const found = await Promise.all(
      pids.map(async (pid) => {
        const holds = (await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')).includes(
          '\0TALLYLIGHT_API_KEY=',
        );
        const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
        return holds ? [line.split('\0').find((word) => word.endsWith('.ts')) ?? line] : [];
      }),
    );
    return found.flat().map((path) => path.split('/').slice(-2).join('/'));
  }
});
