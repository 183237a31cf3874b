import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Leash } from './child-leash.ts';
import { findLeash, leashed } from './child-leash.ts';
import { isAlive, TEST_ENV, until } from './test-devices.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallylight-leash-'));
});

afterAll(() => rm(folder, { recursive: true }));

const WATCHER: Leash = { kind: 'watcher' };

describe('the leash of a system', () => {
  test('is the signal of a dead parent on Linux, where setpriv can set it', async () => {
    expect(await findLeash('linux', TEST_ENV)).toMatchObject({ kind: 'parent-death-signal' });
  });

  test('is a watcher on Linux where setpriv is missing or too old', async () => {
    expect(await findLeash('linux', { PATH: '/nonexistent' })).toEqual(WATCHER);
    const script = '#!/bin/sh\necho "setpriv: unrecognized option $1" >&2; exit 1\n';
    await writeFile(join(folder, 'setpriv'), script, { mode: 0o755 });
    expect(await findLeash('linux', { PATH: folder })).toEqual(WATCHER);
  });

  test('is a watcher on macOS and the job of libuv on Windows', async () => {
    expect(await findLeash('darwin', TEST_ENV)).toEqual(WATCHER);
    expect(await findLeash('win32', TEST_ENV)).toEqual({ kind: 'job' });
    const { hold, ...command } = leashed({ kind: 'job' }, 'ffmpeg.exe', ['-i']);
    expect(command).toEqual({ program: 'ffmpeg.exe', args: ['-i'], moreStdio: [], isDetached: false });
  });
});

const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);

/** A process that starts a program on a leash and prints its process id. */
const parent = (leash: Leash, program: string, args: string[]) => `
  const { spawn } = await import('node:child_process');
  const { leashed } = await import(${here('./child-leash.ts')});
  const command = leashed(${JSON.stringify(leash)}, ${JSON.stringify(program)}, ${JSON.stringify(args)});
  const child = spawn(command.program, command.args, {
    detached: command.isDetached, stdio: ['pipe', 'pipe', 'pipe', ...command.moreStdio],
  });
  command.hold(child);
  process.stdout.write(child.pid + '\\n');
`;

/** Every process whose command line names this. */
async function named(name: string): Promise<string[]> {
  const { stdout } = spawn('ps', ['-eo', 'pid=,args='], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  for await (const chunk of stdout) text += String(chunk);
  return text.split('\n').filter((line) => line.includes(name) && !line.includes('--eval'));
}

describe.each([
  ['a parent-death signal', async () => findLeash('linux', TEST_ENV)],
  ['a watcher', async () => WATCHER],
])('a child on %s', (kind, find) => {
  test('[P01] that only waits is gone when its parent is killed', async () => {
    const leash = await find();
    const name = `waits-${kind.replaceAll(' ', '-')}`;
    const fifo = join(folder, name);
    await new Promise((resolve) => spawn('mkfifo', [fifo]).once('exit', resolve));
    const code = parent(leash, 'tail', ['-f', fifo]);
    const recorder = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      env: TEST_ENV,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pids: number[] = [];
    createInterface({ input: recorder.stdout }).on('line', (line) => pids.push(Number(line)));
    await until(() => pids.length > 0);
    await until(async () => (await named(name)).some((line) => line.includes('tail -f')));
    expect(isAlive(pids[0] as number)).toBe(true);
    recorder.kill('SIGKILL');
    await until(async () => (await named(name)).length === 0);
  });

  test('is the program itself: same process id, arguments word for word, its own exit code', async () => {
    const words = ['a b', '$(id)', "'", '*', ''];
    const script = `printf '%s\\n' $$ "$@"; exit 7`;
    const command = leashed(await find(), '/bin/sh', ['-c', script, 'sh', ...words]);
    const child = spawn(command.program, command.args, {
      env: TEST_ENV,
      detached: command.isDetached,
      stdio: ['pipe', 'pipe', 'pipe', ...command.moreStdio],
    });
    command.hold(child);
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += String(chunk);
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(text).toBe(`${[child.pid, ...words].join('\n')}\n`);
    expect(code).toBe(7);
  });

  test('gets signals as if it had none', async () => {
    const command = leashed(await find(), '/bin/sh', [
      '-c',
      'trap "exit 3" INT; echo; while :; do sleep 0.05; done',
    ]);
    const child = spawn(command.program, command.args, {
      env: TEST_ENV,
      detached: command.isDetached,
      stdio: ['pipe', 'pipe', 'pipe', ...command.moreStdio],
    });
    command.hold(child);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(3);
  });
});

test('a watcher goes with its child, and kills nobody who got its process id', async () => {
  const seen = join(folder, 'killed');
  const bin = join(folder, 'bin');
  await new Promise((resolve) => spawn('mkdir', [bin]).once('exit', resolve));
  await symlink('/bin/cat', join(bin, 'cat'));
  const command = leashed(WATCHER, '/bin/sh', ['-c', 'exec cat', 'watched-one']);
  // The same watcher with a kill that only tells.
  const args = command.args.map((arg) => arg.replace('kill -9', `echo >> ${seen}; :`));
  const child = spawn(command.program, args, {
    env: { PATH: bin },
    detached: command.isDetached,
    stdio: ['pipe', 'pipe', 'pipe', ...command.moreStdio],
  });
  command.hold(child);
  await until(async () => (await named('watched-one')).length > 0);
  child.stdin?.end();
  await new Promise((resolve) => child.once('close', resolve));
  await until(async () => (await named('watched-one')).length === 0);
  await expect(readFile(seen)).rejects.toThrow('ENOENT');
});
