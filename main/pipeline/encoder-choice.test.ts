import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chooseVideoEncoder, tryEncoder } from './encoder-choice.ts';
import type { Ffmpeg } from './ffmpeg-finder.ts';
import { testFfmpeg } from './test-capture.ts';
import { isAlive, TEST_ENV, until } from './test-devices.ts';

let ffmpeg: Ffmpeg;
let folder = '';

beforeAll(async () => {
  ffmpeg = await testFfmpeg();
  folder = await mkdtemp(join(tmpdir(), 'tallylight-encoder-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the video encoder', () => {
  test('that works gives back a second of pictures', async () => {
    expect(await tryEncoder(ffmpeg.path, 'libx264', TEST_ENV)).toBeNull();
  });

  /** An ffmpeg that encodes only by this encoder, which is the software in truth, and refuses the others aloud. */
  async function onlyBy(working: string, built: readonly string[]) {
    const path = join(await mkdtemp(join(folder, 'ffmpeg-')), 'ffmpeg');
    const script = `#!/bin/sh
case "$*" in
*framecrc*) exec ${ffmpeg.path} "$@" ;;
*"-c:v ${working} "*) exec ${ffmpeg.path} -v error -f lavfi -i testsrc2=size=320x240:rate=15:duration=1 \\
  -c:v libx264 -movflags empty_moov+default_base_moof -f mp4 pipe:1 ;;
*) echo 'No capable devices found' >&2; exit 1 ;;
esac
`;
    await writeFile(path, script, { mode: 0o755 });
    return { path, encoders: new Set(built) };
  }
  const ALL = ['h264_nvenc', 'h264_qsv', 'h264_amf', 'h264_mf'];
  const REFUSED = 'No capable devices found';

  test.each([
    ['the first that works', 'h264_nvenc', ALL, [null]],
    ['the next where the first is refused', 'h264_qsv', ALL, [REFUSED, null]],
    ['one that is built in', 'h264_mf', ['h264_mf'], ['not built in', 'not built in', 'not built in', null]],
    ['software where none works', 'none', ALL, [REFUSED, REFUSED, REFUSED, REFUSED]],
  ])('is %s, and what was tried before says why it was not', async (_what, working, built, flaws) => {
    const { encoder, tried } = await chooseVideoEncoder(await onlyBy(working, built), 'win32', TEST_ENV);
    expect(encoder).toBe(working === 'none' ? 'libx264' : working);
    expect(tried).toEqual(flaws.map((flaw, at) => ({ encoder: ALL[at], flaw })));
  });

  test('that hangs in its driver is gone with us, however we end', async () => {
    const program = { path: join(folder, 'hangs'), encoders: new Set(['h264_vaapi']) };
    await writeFile(program.path, `#!/bin/sh\necho $$ > ${folder}/hanging\nexec sleep 60\n`, { mode: 0o755 });
    const trial = `
      const { tryEncoder } = await import(${JSON.stringify(new URL('./encoder-choice.ts', import.meta.url).href)});
      await tryEncoder('${program.path}', 'h264_vaapi', process.env);
    `;
    const us = spawn(process.execPath, ['--input-type=module', '--eval', trial], {
      env: TEST_ENV,
      stdio: 'ignore',
    });
    const hanging = async () => Number(await readFile(join(folder, 'hanging'), 'utf8').catch(() => '0'));
    await until(async () => (await hanging()) > 0);
    const pid = await hanging();
    expect(isAlive(pid)).toBe(true);
    us.kill('SIGKILL');
    await until(() => !isAlive(pid), 4_000);
  });

  test.each([
    ['linux', {}, []],
    ['win32', { TALLYLIGHT_ENCODER: 'software' }, []],
    ['darwin', { TALLYLIGHT_ENCODER: 'h264_videotoolbox' }, ['h264_videotoolbox']],
    ['darwin', {}, ['h264_videotoolbox']],
    ['win32', { TALLYLIGHT_ENCODER: 'theora' }, []],
  ] as const)('on %s with %j is chosen among %j', async (platform, wish, expected) => {
    const choice = await chooseVideoEncoder(ffmpeg, platform, { ...TEST_ENV, ...wish });
    expect(choice.tried.map(({ encoder }) => encoder)).toEqual(expected);
    expect(choice.encoder).toBe('libx264');
  });

  test('that writes what cannot be decoded is passed over', async () => {
    const path = join(folder, 'ffmpeg');
    const script = `#!/bin/sh\ncase "$*" in *framecrc*) exec ${ffmpeg.path} "$@";; *) echo garbage;; esac\n`;
    await writeFile(path, script, { mode: 0o755 });
    const env = { ...TEST_ENV, TALLYLIGHT_ENCODER: 'h264_mf' };
    const choice = await chooseVideoEncoder({ path, encoders: new Set(['h264_mf']) }, 'win32', env);
    expect(choice).toMatchObject({ encoder: 'libx264', tried: [{ encoder: 'h264_mf' }] });
    expect(choice.tried[0]?.flaw).toMatch(/^what it writes cannot be read: ./);
  });

  test('is tried once, however often it is asked for', async () => {
    const program = { path: join(folder, 'missing'), encoders: new Set(['h264_videotoolbox']) };
    const [first, second] = [
      chooseVideoEncoder(program, 'darwin', TEST_ENV),
      chooseVideoEncoder(program, 'darwin', TEST_ENV),
    ];
    expect(await first).toBe(await second);
    expect((await first).tried[0]?.flaw).toContain('ENOENT');
  });
});
