import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ffmpeg } from './ffmpeg-finder.ts';
import { DISPLAY, decoded, loudestSample, MIC, testCapture, testFfmpeg } from './test-capture.ts';
import type { TestDevice, TestSound } from './test-devices.ts';
import { isAlive, startTestDisplay, startTestSound, TEST_ENV, until } from './test-devices.ts';

/** What the watchdogs see of real devices: a muted microphone, a black screen, a sound server's own recorder. */
let ffmpeg: Ffmpeg;
let display: TestDevice;
let sound: TestSound;
let env: Record<string, string>;
const run = promisify(execFile);

beforeAll(async () => {
  [ffmpeg, display, sound] = await Promise.all([
    testFfmpeg(),
    startTestDisplay(320, 240, ['-noreset', '-br', '-nocursor']),
    startTestSound(),
  ]);
  env = { ...TEST_ENV, ...display.env, ...sound.env };
});
afterAll(async () => {
  await Promise.all([display.close(), sound.close()]);
});

describe('a take', () => {
  test('[P04] says within seconds that its microphone is muted, and when it is heard again', async () => {
    await sound.pactl('set-source-mute', 'mic', '1');
    const mic = testCapture({ channel: MIC, ffmpeg, env });
    mic.pipeline.start();
    await until(() => mic.health.length > 0);
    expect(mic.health).toMatchObject([{ code: 'channel-silent' }]);
    expect(mic.pipeline.state()).toBe('live');
    await sound.pactl('set-source-mute', 'mic', '0');
    await until(() => mic.health.length > 1);
    await mic.pipeline.stop();
    expect(mic.health[1]).toBeNull();
    expect(mic.opened).toHaveLength(1);
    expect(mic.contents).toEqual([1]);
  });

  test('[P04] says that its display is black, and when something shows on it', async () => {
    const screen = testCapture({ channel: DISPLAY, ffmpeg, env });
    screen.pipeline.start();
    await until(() => screen.health.length > 0);
    expect(screen.health).toMatchObject([{ code: 'channel-black' }]);
    await run('xsetroot', ['-solid', 'white'], { env });
    await until(() => screen.health.length > 1);
    screen.pipeline.renew('clock-stepped');
    await until(() => screen.contents.length > 1);
    await screen.pipeline.stop();
    expect(screen.health[1]).toBeNull();
    expect(screen.contents).toEqual([1, 2]);
  });

  test('[P04] that ends while its display is black takes nothing back: a blank screen is no picture', async () => {
    await run('xsetroot', ['-solid', 'black'], { env });
    const screen = testCapture({ channel: DISPLAY, ffmpeg, env });
    screen.pipeline.start();
    await until(() => screen.health.length > 0);
    screen.pipeline.renew('clock-stepped');
    await until(() => screen.opened.length > 1);
    await screen.pipeline.stop();
    expect(screen.health).toMatchObject([{ code: 'channel-black' }]);
    expect(screen.contents).toEqual([]);
  });

  test('records through parec where ffmpeg cannot, guarded all the same, and leaves no recorder behind', async () => {
    const demuxers = new Set([...ffmpeg.demuxers].filter((name) => name !== 'pulse'));
    const mic = testCapture({ channel: MIC, ffmpeg: { ...ffmpeg, demuxers }, env });
    mic.pipeline.start();
    await until(() => mic.fragments.filter(({ header }) => header.sequence > 0).length >= 2);
    const recorders = (await sound.pactl('list', 'source-outputs')).matchAll(
      /application\.process\.id = "(\d+)"/g,
    );
    const pids = [...recorders].map(([, pid]) => Number(pid)).filter((pid) => pid > 0);
    await mic.pipeline.stop();
    expect(pids.length).toBeGreaterThan(0);
    await until(() => pids.every((pid) => !isAlive(pid)));
    expect(await loudestSample(mic.fragments)).toBeGreaterThan(500);
    expect(Number((await decoded(mic.fragments, 1)).nb_read_frames)).toBeGreaterThan(20);
  });
});
