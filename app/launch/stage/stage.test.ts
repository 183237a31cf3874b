import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { openStage, type StageEnv } from './stage.ts';

const run = promisify(execFile);
const quiet = { picture: 'moving-desktop', microphone: 'speech', speakers: 'music' } as const;

test('the sound server lists loudspeakers and a microphone that is no monitor, and both sound', async () => {
  const stage = await openStage(quiet);
  try {
    const env = { ...process.env, ...stage.env };
    const { stdout } = await run('pactl', ['-f', 'json', 'list', 'sources'], { env });
    const sources = JSON.parse(stdout) as { name: string; description: string; monitor_source: string }[];
    const microphone = sources.find((source) => source.name === 'mic');
    expect(microphone).toMatchObject({ description: 'Stage microphone', monitor_source: '' });
    expect((await run('pactl', ['get-default-source'], { env })).stdout.trim()).toBe('mic');
    expect((await run('pactl', ['get-default-sink'], { env })).stdout.trim()).toBe('speakers');
    for (const source of ['mic', 'speakers.monitor']) {
      const args = [
        '-hide_banner',
        '-nostdin',
        '-f',
        'pulse',
        '-i',
        source,
        '-t',
        '1.5',
        '-af',
        'volumedetect',
        '-f',
        'null',
        '-',
      ];
      const { stderr } = await run('ffmpeg', args, { env });
      expect(Number(/max_volume: (-?[\d.]+) dB/.exec(stderr)?.[1])).toBeGreaterThan(-40);
    }
  } finally {
    await stage.close();
  }
}, 30_000);

test('two stages are open at once, and neither leaves a process or a file when it closes', async () => {
  const stages = await Promise.all([openStage(quiet), openStage({ ...quiet, picture: 'clock-barcode' })]);
  expect(new Set(stages.map((stage) => stage.display)).size).toBe(2);
  for (const stage of stages) expect(await processesOf(stage.env)).not.toEqual([]);
  await Promise.all(stages.map((stage) => stage.close()));
  for (const stage of stages) await expectGone(stage.env, 0);
  await stages[0]?.close();
}, 30_000);

test('a stage ends when the process that opened it is killed', async () => {
  const opener = `
    const { openStage } = await import(${JSON.stringify(join(import.meta.dirname, 'stage.ts'))});
    const stage = await openStage(${JSON.stringify(quiet)});
    process.stdout.write(JSON.stringify(stage.env));
  `;
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', opener], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = await once(holder.stdout, 'data');
  const env = JSON.parse(String(text)) as StageEnv;
  expect(await processesOf(env)).not.toEqual([]);
  holder.kill('SIGKILL');
  await expectGone(env, 5000);
}, 30_000);

test('a pattern that is none is refused, and the stage that would not open leaves nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'refused-'));
  vi.stubEnv('TMPDIR', folder);
  await expect(openStage({ ...quiet, picture: { pattern: 'x' } })).rejects.toThrow(/16 hex digits/);
  expect(await readdir(folder)).toEqual([]);
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
}, 30_000);

async function expectGone(env: StageEnv, withinMs: number): Promise<void> {
  const deadlineMs = Date.now() + withinMs;
  const gone = async () => (await processesOf(env)).length === 0 && !existsSync(env.XDG_RUNTIME_DIR);
  while (Date.now() < deadlineMs && !(await gone())) await delay(50);
  expect(await processesOf(env)).toEqual([]);
  expect(existsSync(env.XDG_RUNTIME_DIR)).toBe(false);
  expect(await reach(`/tmp/.X11-unix/X${env.DISPLAY.slice(1)}`)).not.toBe('ECONNREFUSED');
}

/** A socket left behind refuses; the number may also be somebody else's display by now, which answers. */
function reach(socket: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const attempt = connect(socket, () => {
      attempt.destroy();
      resolve(undefined);
    });
    attempt.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
}

/** Every process that has the stage's folder among its arguments or in its environment. */
async function processesOf(env: StageEnv): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const read = (id: string, what: string) => readFile(`/proc/${id}/${what}`, 'latin1').catch(() => '');
  const seen = ids.map(async (id) => {
    const line = await read(id, 'cmdline');
    return `${line}${await read(id, 'environ')}`.includes(env.XDG_RUNTIME_DIR)
      ? [line.replaceAll('\0', ' ')]
      : [];
  });
  return (await Promise.all(seen)).flat();
}
