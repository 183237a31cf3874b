import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bundleLoopback } from '../../app/desktop/bundle.ts';
import type { Sound } from '../../app/desktop/loopback/page/messages.ts';
import { type Heard, launchChromium, listen, openPage, type PageServer, servePage } from './chromium-page.ts';

/** The page that hears system audio, in a real Chromium, with a track that tells in every sample when it was played. */
let browser: Browser;
let server: PageServer;
let folder: string;
const open: Heard[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallylight-loopback-'));
  [browser] = await Promise.all([launchChromium(), bundleLoopback(folder)]);
  server = await servePage(folder);
});
afterEach(async () => {
  for (const { page, problems } of open.splice(0)) {
    await page.close();
    expect(problems).toEqual([]);
  }
});
afterAll(async () => {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true });
});

async function opened(taking?: () => boolean, ...before: string[]): Promise<Heard> {
  const heard = await openPage(browser, server.url, {
    before: [...before, server.fakeSource],
    ...(taking && { taking }),
  });
  open.push(heard);
  return heard;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(condition, { timeout: 30_000, interval: 10 }).toBe(true);
}

const soundOf = ({ said }: Heard): Sound[] => said.filter((message) => message.type === 'sound');
const secondsOf = (heard: Heard) =>
  soundOf(heard).reduce(
    (sum, { samples, channels, sampleRate }) => sum + samples.length / channels / sampleRate,
    0,
  );

/** When a sample of the fake track was played, in milliseconds from its beginning, by what it says. */
const saidMs = (sample = 0) => (Math.round(sample * (1 << 22)) - 1) / 48;

/** Where each sample of the fake track should stand, by what it says, less where it was put; in milliseconds. */
function errorsMs(pieces: readonly Sound[]): number[] {
  const zeros = pieces.map(({ startedWallMs, samples }) => startedWallMs - saidMs(samples[0]));
  const zero = zeros.toSorted((a, b) => a - b)[Math.floor(zeros.length / 2)] ?? 0;
  return pieces.flatMap(({ startedWallMs, samples, channels, sampleRate }) =>
    [...samples]
      .filter((_, index) => index % channels === 0)
      .map((sample, index) => startedWallMs + (index / sampleRate) * 1_000 - (zero + saidMs(sample))),
  );
}

/** How far the sound as a whole was put before the time at which the source began to play it. */
function earlyMs(pieces: readonly Sound[], playedWallMs: number): number {
  const errors = pieces.map(
    ({ startedWallMs, samples }) => startedWallMs - saidMs(samples[0]) - playedWallMs,
  );
  return -(errors.toSorted((a, b) => a - b)[Math.floor(errors.length / 2)] ?? Number.NaN);
}

/** Between the end of each piece and the beginning of the next. */
function gapsMs(pieces: readonly Sound[]): number[] {
  return pieces.slice(1).map((piece, index) => {
    const before = pieces[index] ?? piece;
    const lengthMs = (before.samples.length / before.channels / before.sampleRate) * 1_000;
    return piece.startedWallMs - (before.startedWallMs + lengthMs);
  });
}

const startedWallMs = ({ page }: Heard) => page.evaluate<number>('window.fake.startedWallMs');

const worstMs = (pieces: readonly Sound[]) =>
  errorsMs(pieces).reduce((worst, ms) => Math.max(worst, Math.abs(ms)), 0);

/** A chunk that waited when the stream was handed to the worker is left out, see sound-clock.ts; pieces are longer. */
const STRAY_MS = 30;

describe('the page that hears system audio', () => {
  test('asks for sound untouched and without its own, lets the picture go, and says that it is open', async () => {
    const heard = await opened();
    await listen(heard.page);
    await until(() => secondsOf(heard) > 0.2);
    expect(heard.said[0]).toEqual({ type: 'opened', by: 'processor' });
    expect(await heard.page.evaluate('window.asked')).toEqual([
      {
        video: { width: 16, height: 16, frameRate: 1 },
        audio: {
          restrictOwnAudio: true,
          echoCancellation: false,
          noiseSuppression: false,
          autoGainControl: false,
        },
      },
    ]);
    expect(await heard.page.evaluate('window.video.readyState')).toBe('ended');
  });

  test('[P52] every sample comes once, in both channels, at the time at which it was played', async () => {
    const heard = await opened();
    await listen(heard.page);
    await until(() => secondsOf(heard) > 2);
    const pieces = soundOf(heard);
    expect(worstMs(pieces)).toBeLessThan(1);
    expect(Math.abs(earlyMs(pieces, await startedWallMs(heard)))).toBeLessThan(2);
    const left = pieces.flatMap(({ samples }) => [...samples].filter((_, index) => index % 2 === 0));
    const right = pieces.flatMap(({ samples }) => [...samples].filter((_, index) => index % 2 === 1));
    expect(left.every((sample, index) => index === 0 || sample > (left[index - 1] ?? 0))).toBe(true);
    expect(right.every((sample, index) => sample === -(left[index] ?? 0))).toBe(true);
  });

  test('[P52] what is missing in the sound is missing in what comes, and moves nothing', async () => {
    const heard = await opened();
    await listen(heard.page);
    await until(() => secondsOf(heard) > 0.5);
    await heard.page.evaluate('window.fake.tell({ skipSeconds: 0.4 })');
    await until(() => Math.max(0, ...gapsMs(soundOf(heard))) > 100);
    const before = secondsOf(heard);
    await until(() => secondsOf(heard) > before + 0.5);
    const pieces = soundOf(heard);
    expect(worstMs(pieces)).toBeLessThan(1);
    expect(Math.max(...gapsMs(pieces))).toBeGreaterThan(300);
  });

  test('[P52] on a machine with too much to do, with a page that is held up, nothing moves', async () => {
    const burners = [0, 1, 2].map(() => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
    try {
      const heard = await opened();
      await heard.page.evaluate(
        'setInterval(() => { for (const end = performance.now() + 300; performance.now() < end; ); }, 400)',
      );
      await listen(heard.page);
      await until(() => secondsOf(heard) > 4);
      const pieces = soundOf(heard);
      expect(worstMs(pieces)).toBeLessThan(2);
      expect(Math.abs(earlyMs(pieces, await startedWallMs(heard)))).toBeLessThan(2);
      expect(pieces.map(({ number }) => number)).toEqual(pieces.map((_, index) => index));
    } finally {
      for (const burner of burners) burner.kill('SIGKILL');
    }
  });

  test('where nobody takes it, two seconds wait and the rest is given up, counted, and moves nothing', async () => {
    let isTaking = false;
    const heard = await opened(() => isTaking);
    await listen(heard.page);
    await until(() => heard.said.some((told) => told.type === 'lost' && told.milliseconds > STRAY_MS));
    const untaken = soundOf(heard);
    expect(secondsOf(heard)).toBeGreaterThan(1.5);
    expect(secondsOf(heard)).toBeLessThan(2.5);
    isTaking = true;
    await heard.tell({ type: 'taken', number: untaken.at(-1)?.number ?? 0 });
    await until(() => soundOf(heard).length > untaken.length + 20);
    const pieces = soundOf(heard);
    expect(worstMs(pieces)).toBeLessThan(1);
    const lost = heard.said.flatMap((told) => (told.type === 'lost' ? [told.milliseconds] : []));
    const lostMs = lost.filter((ms) => ms > STRAY_MS).reduce((sum, ms) => sum + ms, 0);
    expect(Math.abs(Math.max(...gapsMs(pieces)) - lostMs)).toBeLessThan(50);
  });

  test('says that it is there while nothing plays', async () => {
    const heard = await opened();
    await listen(heard.page);
    await heard.page.evaluate('window.fake.tell({ skipSeconds: 3600 })');
    await until(() => heard.said.filter(({ type }) => type === 'alive').length > 1);
    expect(heard.said.at(-1)?.type).toBe('alive');
  });

  test('a worker that is told to close sends what it has and lets go of the device', async () => {
    const heard = await opened();
    await listen(heard.page);
    await until(() => secondsOf(heard) > 0.2);
    await heard.tell({ type: 'close' });
    await until(() => heard.said.at(-1)?.type === 'ended');
    expect(heard.said.at(-1)).toEqual({ type: 'ended', why: 'closed', detail: '' });
    await until(async () => (await heard.page.evaluate('window.fake.track.readyState')) === 'ended');
  });

  test('a refusal is told with its reason, and nothing was opened', async () => {
    const heard = await opened(undefined, "window.refusal = 'NotAllowedError'");
    await listen(heard.page);
    await until(() => heard.said.length > 0);
    expect(heard.said).toEqual([
      { type: 'ended', why: 'refused', detail: expect.stringContaining('NotAllowedError') },
    ]);
  });

  test.each([
    ["window.refusal = 'NotReadableError'", 'failed'],
    ['window.soundless = true', 'no-sound'],
  ])('%s is told as %s', async (before, why) => {
    const heard = await opened(undefined, before);
    await listen(heard.page);
    await until(() => heard.said.length > 0);
    expect(heard.said).toMatchObject([{ type: 'ended', why }]);
  });

  test('a track that the system takes away is told, after what was heard of it', async () => {
    const heard = await opened();
    await listen(heard.page);
    await until(() => secondsOf(heard) > 0.2);
    await heard.page.evaluate("window.fake.track.dispatchEvent(new Event('ended'))");
    await until(() => heard.said.at(-1)?.type === 'ended');
    expect(heard.said.at(-1)).toMatchObject({ why: 'track-ended' });
  });

  test('without MediaStreamTrackProcessor an AudioWorklet hears it, and the sound is within 40 ms', async () => {
    const heard = await opened(undefined, 'delete window.MediaStreamTrackProcessor');
    await listen(heard.page);
    await until(() => secondsOf(heard) > 3);
    expect(heard.said[0]).toEqual({ type: 'opened', by: 'worklet' });
    const pieces = soundOf(heard).filter(({ samples }) => samples.every((sample) => sample !== 0));
    expect(pieces.length).toBeGreaterThan(20);
    expect(Math.abs(earlyMs(pieces, await startedWallMs(heard)))).toBeLessThan(40);
  });
});
