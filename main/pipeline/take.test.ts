import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import type { Fragment } from '../../contract/fragment.ts';
import { fragmentHeader } from '../../contract/fragment.ts';
import type { TallylightError } from '../../contract/result.ts';
import { startSessionClock } from './clock.ts';
import type { Ffmpeg } from './ffmpeg-finder.ts';
import type { TakeEnd, TakeOptions } from './take.ts';
import { openTake } from './take.ts';
import {
  DISPLAY as ANY_DISPLAY,
  decoded,
  MIC,
  SYSTEM_AUDIO,
  TEST_FORMAT,
  TEST_SESSION,
  testFfmpeg,
} from './test-capture.ts';
import type { TestDevice, TestSound } from './test-devices.ts';
import { isAlive, startTestDisplay, startTestSound, TEST_ENV, until } from './test-devices.ts';

/** Of odd sides. */
const DISPLAY: Channel = { ...ANY_DISPLAY, area: { x: 0, y: 0, width: 321, height: 241 } };

let ffmpeg: Ffmpeg;
let display: TestDevice;
let sound: TestSound;
let env: Record<string, string>;

beforeAll(async () => {
  [ffmpeg, display, sound] = await Promise.all([testFfmpeg(), startTestDisplay(321, 241), startTestSound()]);
  env = { ...TEST_ENV, ...display.env, ...sound.env };
}, 30_000);

afterAll(async () => {
  await Promise.all([display.close(), sound.close()]);
});

function open(channel: Channel, overrides: Partial<TakeOptions> = {}) {
  const fragments: Fragment[] = [];
  const levels: number[] = [];
  const troubles: TallylightError[] = [];
  const health: (TallylightError | null)[] = [];
  const contents = { count: 0 };
  const ends: TakeEnd[] = [];
  const clock = startSessionClock();
  const take = openTake({
    channel,
    takeNumber: 1,
    sessionId: TEST_SESSION,
    clock,
    ffmpeg,
    format: TEST_FORMAT,
    env,
    on: {
      fragment: (fragment) => fragments.push(fragment),
      level: (db) => levels.push(db),
      trouble: (error) => troubles.push(error),
      health: (error) => health.push(error),
      content: () => {
        contents.count++;
      },
      ended: (end) => ends.push(end),
    },
    ...overrides,
  });
  return { take, fragments, levels, troubles, health, contents, ends, clock };
}

describe('a take', () => {
  test.each([
    [MIC, { codec_name: 'opus', channels: 1, sample_rate: '48000' }],
    [SYSTEM_AUDIO, { codec_name: 'opus', channels: 2, sample_rate: '48000' }],
    [DISPLAY, { codec_name: 'h264', width: 320, height: 240, pix_fmt: 'yuv420p' }],
  ])('[P52] records $id into fragments that decode, with true headers', async (channel, stream) => {
    const { take, fragments, ends, clock } = open(channel, { takeNumber: 3 });
    await until(() => fragments.length >= 4);
    await take.stop();
    expect(ends).toEqual([{ reason: 'stopped' }]);

    const probed = await decoded(fragments, 3);
    expect(probed).toMatchObject(stream);
    expect(Number(probed.nb_read_frames)).toBeGreaterThan(5);
    fragments.forEach(({ header, bytes }, index) => {
      expect(fragmentHeader.safeParse(header).error).toBeUndefined();
      expect(header).toMatchObject({ channelId: channel.id, take: 3, sequence: index, pausedBeforeMs: 0 });
      expect(header.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(header.bytes).toBe(bytes.length);
      const next = fragments[index + 1]?.header;
      if (next !== undefined && index > 0)
        expect(next.startedAtMs).toBeCloseTo(header.startedAtMs + header.durationMs, 1);
    });
    const last = fragments.at(-1)?.header;
    expect(last && last.startedAtMs + last.durationMs).toBeLessThanOrEqual(clock.nowMs());
  });

  test('reports the level of what it hears about ten times a second', async () => {
    const { take, levels } = open(MIC);
    await until(() => levels.length >= 5);
    await take.stop();
    // ffmpeg's sine source has an amplitude of 1/8, which is -18.1 dBFS.
    // Where a busy machine left a gap, the resampler rings a little.
    expect(levels.at(-1)).toBeGreaterThan(-24);
    expect(levels.at(-1)).toBeLessThan(-12);
  });

  test('[P05] is gone from the process table when stop resolves', async () => {
    const { take, fragments } = open(DISPLAY);
    await until(() => fragments.length >= 2);
    const pid = take.pid();
    const before = fragments.length;
    await take.stop();
    expect(pid !== undefined && isAlive(pid)).toBe(false);
    expect(take.pid()).toBeUndefined();
    expect(fragments.length).toBeGreaterThan(before);
  });

  test('[P01] that is stopped before it started never opens its device', async () => {
    const { take, fragments, ends } = open(MIC);
    await take.stop();
    expect(take.pid()).toBeUndefined();
    expect({ fragments, ends }).toEqual({ fragments: [], ends: [{ reason: 'stopped' }] });
  });

  test.each([
    ['a source that is not there', { ...MIC, device: 'nobody' }, {}, 'device-gone'],
    ['no sound server', MIC, { PULSE_SERVER: 'unix:/nonexistent' }, 'sound-server-missing'],
    ['no X server', DISPLAY, { DISPLAY: ':65000' }, 'display-server-missing'],
    [
      'a monitor that became smaller',
      { ...DISPLAY, area: { x: 200, y: 0, width: 320, height: 240 } },
      {},
      'device-gone',
    ],
  ])('names its trouble: %s', async (_case, channel, change, code) => {
    const { ends } = open(channel, { env: { ...env, ...change } });
    await until(() => ends.length > 0);
    expect(ends).toMatchObject([{ reason: 'died', error: { code } }]);
  });

  test('that cannot be started at all dies with a value, not an exception', async () => {
    const { ends } = open(MIC, { ffmpeg: { ...ffmpeg, path: '/nonexistent/ffmpeg' } });
    await until(() => ends.length > 0);
    expect(ends).toMatchObject([{ reason: 'died', error: { code: 'device-failed' } }]);
    expect(ends[0]?.error?.detail).toContain('ENOENT');
  });

  test('stalls into trouble and ends when its device goes quiet', async () => {
    const patience = { firstByteMs: 5_000, stallMs: 600, stopMs: 1_500, killMs: 2_000, settleMs: 1_000 };
    const { take, fragments, troubles, ends } = open(DISPLAY, { patience });
    await until(() => fragments.length >= 2);
    const pid = take.pid();
    if (pid !== undefined) process.kill(pid, 'SIGSTOP');
    await until(() => ends.length > 0);
    expect(troubles).toMatchObject([{ code: 'device-failed' }]);
    expect(ends).toMatchObject([{ reason: 'died', error: { code: 'device-failed' } }]);
    expect(pid !== undefined && isAlive(pid)).toBe(false);
  });

  test('kills a process that does not stop when told to', async () => {
    const patience = { firstByteMs: 5_000, stallMs: 5_000, stopMs: 100, killMs: 2_000, settleMs: 1_000 };
    const { take, fragments, ends } = open(DISPLAY, { patience });
    await until(() => fragments.length >= 2);
    const pid = take.pid();
    if (pid !== undefined) process.kill(pid, 'SIGSTOP');
    await take.stop();
    expect(ends).toEqual([{ reason: 'stopped' }]);
    expect(pid !== undefined && isAlive(pid)).toBe(false);
  });

  test.each(['stopped', 'died'] as const)(
    'that cannot be killed ends all the same, in trouble: it %s',
    async (reason) => {
      const folder = await mkdtemp(join(tmpdir(), 'tallylight-fake-'));
      const path = join(folder, 'ffmpeg');
      // What it leaves behind holds its pipes, so that nobody hears of its end.
      await writeFile(path, `#!/bin/sh\n(trap '' INT; : > '${path}.held'; sleep 3) & exec sleep 60\n`, {
        mode: 0o755,
      });
      const patience = { firstByteMs: 300, stallMs: 5_000, stopMs: 100, killMs: 100, settleMs: 1_000 };
      const { take, troubles, ends } = open(DISPLAY, { ffmpeg: { ...ffmpeg, path }, patience });
      // Killed before it has left anything behind, it would end as any other.
      await until(() => take.pid() !== undefined && existsSync(`${path}.held`));
      if (reason === 'stopped') await take.stop();
      await until(() => ends.length > 0);
      expect(ends).toMatchObject([{ reason }]);
      expect(troubles.at(-1)).toMatchObject({
        code: 'device-failed',
        detail: expect.stringContaining('killed'),
      });
      await rm(folder, { recursive: true });
    },
  );

  test('[P01] of a display that changes its size ends, and what comes to lie there is not recorded on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tallylight-xrandr-'));
    const resize = async (width: number) => {
      const script = `#!/bin/sh\necho 'Monitors: 1'; echo ' 0: +*screen ${width}/10x241/10+0+0  screen'\n`;
      // As a whole: a program that is being written cannot be run.
      await writeFile(join(folder, 'next'), script, { mode: 0o755 });
      await rename(join(folder, 'next'), join(folder, 'xrandr'));
    };
    await resize(321);
    const { take, fragments, ends } = open(DISPLAY, { env: { ...env, PATH: folder } });
    await until(() => fragments.length >= 2);
    expect(ends).toEqual([]);
    await resize(160);
    await until(() => ends.length > 0);
    expect(ends).toMatchObject([{ reason: 'died', error: { code: 'device-gone' } }]);
    expect(take.pid()).toBeUndefined();
    await rm(folder, { recursive: true });
  });

  test('that sends no first byte in time, or garbage, is device-failed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tallylight-fake-'));
    const patience = { firstByteMs: 200, stallMs: 5_000, stopMs: 1_500, killMs: 2_000, settleMs: 1_000 };
    for (const script of ['exec sleep 60', 'echo this is not a film at all; exec sleep 60']) {
      const path = join(folder, 'ffmpeg');
      await writeFile(path, `#!/bin/sh\n${script}\n`);
      await chmod(path, 0o755);
      const { ends } = open(DISPLAY, { ffmpeg: { ...ffmpeg, path }, patience });
      await until(() => ends.length > 0);
      expect(ends).toMatchObject([{ reason: 'died', error: { code: 'device-failed' } }]);
    }
    await rm(folder, { recursive: true });
  });

  test('[P08] keeps tokens out of the environment of ffmpeg', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tallylight-fake-'));
    const path = join(folder, 'ffmpeg');
    await writeFile(path, `#!/bin/sh\nenv > ${folder}/seen\n`);
    await chmod(path, 0o755);
    const { ends } = open(DISPLAY, {
      ffmpeg: { ...ffmpeg, path },
      env: { ...env, TALLYLIGHT_TOKEN: 'st-secret', VIDEO_DB_API_KEY: 'sk-secret' },
    });
    await until(() => ends.length > 0);
    const seen = await readFile(join(folder, 'seen'), 'utf8');
    expect(seen).toContain(`DISPLAY=${env.DISPLAY}`);
    expect(seen).not.toContain('secret');
    await rm(folder, { recursive: true });
  });
});
