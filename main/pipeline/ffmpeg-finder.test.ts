import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ffmpegCandidates, findFfmpeg } from './ffmpeg-finder.ts';
import { parseDemuxers, parseEncoders } from './ffmpeg-probe.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallylight-finder-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** A program that answers the three questions as an ffmpeg of that version and those devices would. */
async function fake(dir: string, version: string, devices: string[]): Promise<string> {
  await mkdir(join(folder, dir), { recursive: true });
  const path = join(folder, dir, 'ffmpeg');
  const demuxers = devices.map((name) => ` D  ${name}   device`).join('\n');
  await writeFile(
    path,
    `#!/bin/sh\ncase "$*" in\n*-version*) echo "ffmpeg version ${version} Copyright";;\n` +
      `*-demuxers*) echo "${demuxers}";;\n*-encoders*) printf ' V....D libx264  x\\n A....D libopus  y\\n';;\nesac\n`,
  );
  await chmod(path, 0o755);
  return path;
}

const find = (env: Record<string, string>, packagedDir?: string) =>
  findFfmpeg({
    platform: 'linux',
    env: { PATH: join(folder, 'bin'), ...env },
    ...(packagedDir === undefined ? {} : { packagedDir }),
  });

const BOTH = ['pulse', 'x11grab'];

describe('finding ffmpeg', () => {
  test('takes the one of TALLYLIGHT_FFMPEG before all others', async () => {
    await fake('bin', '7.1', BOTH);
    const named = await fake('mine', '5.1.9-0+deb12u1', BOTH);
    const found = await find({ TALLYLIGHT_FFMPEG: named });
    expect(found).toMatchObject({ ok: true, value: { path: named, origin: 'TALLYLIGHT_FFMPEG' } });
    expect(found.ok && found.value.sentence).toBe(`ffmpeg 5.1.9-0+deb12u1 from ${named} (TALLYLIGHT_FFMPEG)`);
  });

  test.each([
    ['missing', undefined, [], 'ffmpeg-missing'],
    ['too old', '4.3.6', BOTH, 'ffmpeg-too-old'],
    ['without the devices', '7.0.2-static', ['x11grab'], 'ffmpeg-lacks-device'],
  ])(
    'says so when TALLYLIGHT_FFMPEG is %s, and does not look further',
    async (_how, version, devices, code) => {
      await fake('bin', '7.1', BOTH);
      const named = version === undefined ? join(folder, 'none') : await fake('mine', version, devices);
      const found = await find({ TALLYLIGHT_FFMPEG: named });
      expect(found).toMatchObject({ ok: false, error: { code } });
      expect(!found.ok && found.error.detail).toContain(named);
    },
  );

  test('passes over a packaged one without sound and remembers why', async () => {
    await fake('packaged', '7.0.2-static', ['x11grab']);
    const path = await fake('bin', '5.1', BOTH);
    const found = await find({}, join(folder, 'packaged'));
    expect(found).toMatchObject({ ok: true, value: { path, origin: 'PATH' } });
    expect(found.ok && found.value.passedOver[0]).toContain('version 7.0.2-static without pulse');
  });

  test('prefers the packaged one where it fits', async () => {
    await fake('bin', '5.1', BOTH);
    const path = await fake('packaged', '7.1', BOTH);
    expect(await find({}, join(folder, 'packaged'))).toMatchObject({
      ok: true,
      value: { path, origin: 'packaged' },
    });
  });

  test.each([
    ['none at all', undefined, [], 'ffmpeg-missing'],
    ['only an old one', '4.2.7', BOTH, 'ffmpeg-too-old'],
    ['only one without devices', '7.1', [], 'ffmpeg-lacks-device'],
  ])('fails with the nearest miss: %s', async (_what, version, devices, code) => {
    if (version !== undefined) await fake('bin', version, devices);
    expect(await find({})).toMatchObject({ ok: false, error: { code } });
  });

  test('asks again when the file was replaced', async () => {
    await fake('bin', '4.2.7', BOTH);
    expect((await find({})).ok).toBe(false);
    await fake('bin', '5.1.9-longer', BOTH);
    expect((await find({})).ok).toBe(true);
  });

  test('reads the lists of ffmpeg 5 and of 7, which marks devices', () => {
    expect([
      ...parseDemuxers(' D. = Demuxing supported\n --\n D  x11grab   X11\n D  mov,mp4   QuickTime\n'),
    ]).toEqual(['x11grab', 'mov', 'mp4']);
    expect([
      ...parseDemuxers(' D.. = Demuxing supported\n ---\n Dd  pulse   Pulse audio input\n D   aac  raw\n'),
    ]).toEqual(['pulse', 'aac']);
    expect([
      ...parseEncoders(' V..... = Video\n A..... = Audio\n V....D libx264  x\n A....D libopus  y\n'),
    ]).toEqual(['libx264', 'libopus']);
  });
});

test.each([
  [
    'win32',
    { Path: String.raw`C:\Tools;D:\more bin;relative`, LOCALAPPDATA: String.raw`C:\Users\a\AppData\Local` },
    [
      String.raw`C:\Tools\ffmpeg.exe`,
      String.raw`D:\more bin\ffmpeg.exe`,
      String.raw`C:\Users\a\AppData\Local\Microsoft\WinGet\Links\ffmpeg.exe`,
    ],
  ],
  [
    'darwin',
    { PATH: '/usr/local/bin:/usr/bin:bin' },
    ['/usr/local/bin/ffmpeg', '/usr/bin/ffmpeg', '/opt/homebrew/bin/ffmpeg', '/opt/local/bin/ffmpeg'],
  ],
] as const)('paths are read and written as %s does, whatever this runs on', (platform, env, expected) => {
  const found = ffmpegCandidates({ platform, env }).filter(({ origin }) => origin !== 'ffmpeg-static');
  expect(found.map(({ path }) => path)).toEqual(expected);
});
