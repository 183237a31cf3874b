import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chooseVideoEncoder, tryEncoder } from './encoder-choice.ts';
import type { Ffmpeg } from './ffmpeg-finder.ts';
import { testFfmpeg } from './test-capture.ts';
import { TEST_ENV } from './test-devices.ts';

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

  test('is software where no hardware passes its trial, and what was tried says why', async () => {
    const env = { ...TEST_ENV, TALLYLIGHT_ENCODER: 'auto' };
    const { encoder, tried } = await chooseVideoEncoder(ffmpeg, 'linux', env);
    const working = tried.find(({ flaw }) => flaw === null);
    expect(encoder).toBe(working?.encoder ?? 'libx264');
    expect(tried.map((trial) => trial.encoder)).toEqual(
      ['h264_nvenc', 'h264_vaapi'].slice(0, working === undefined ? 2 : tried.indexOf(working) + 1),
    );
    for (const { flaw } of tried) if (flaw !== null) expect(flaw).not.toBe('');
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
