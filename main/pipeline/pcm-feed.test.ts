import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import { errorOf, type TallylightError } from '../../contract/result.ts';
import type { Ffmpeg } from './ffmpeg-finder.ts';
import { feedPcm } from './pcm-feed.ts';
import type { PcmChunk, PcmEvents, PcmSource } from './pcm-source.ts';
import { openTake, TAKE_PATIENCE } from './take.ts';
import { samplesOf, testCapture, testFfmpeg } from './test-capture.ts';
import { TEST_ENV, until } from './test-devices.ts';

const LOOPBACK: Channel = {
  id: 'system_audio:default',
  kind: 'system_audio',
  name: 'System audio',
  device: 'loopback',
  isDefault: true,
};

let ffmpeg: Ffmpeg;
beforeAll(async () => {
  ffmpeg = await testFfmpeg();
});

const second = (startedWallMs: number): PcmChunk => ({
  startedWallMs,
  samples: new Float32Array(96_000),
  channels: 2,
  sampleRate: 48_000,
});

/** A host that hears a 440 Hz tone in chunks of 20 ms, as long as it is not told to be quiet; `form` may change. */
function toneSource(form: Pick<PcmChunk, 'sampleRate' | 'channels'> = { sampleRate: 48_000, channels: 2 }) {
  const log = { isOpen: false, isQuiet: false, opened: 0 };
  let events: PcmEvents | undefined;
  const source: PcmSource = {
    open: (on) => {
      Object.assign(log, { isOpen: true, opened: log.opened + 1 });
      events = on;
      queueMicrotask(on.opened);
      const startedMs = Date.now();
      let toldMs = 0;
      const timer = setInterval(() => {
        for (; toldMs + 20 <= Date.now() - startedMs; toldMs += 20) {
          const { sampleRate, channels } = form;
          const samples = new Float32Array((sampleRate / 50) * channels).map((_, index) => {
            const seconds = toldMs / 1_000 + Math.floor(index / channels) / sampleRate;
            return 0.5 * Math.sin(2 * Math.PI * 440 * seconds);
          });
          const startedWallMs = startedMs + toldMs;
          if (!log.isQuiet) on.chunk({ startedWallMs, samples, channels, sampleRate });
        }
      }, 10);
      return {
        close: async () => {
          clearInterval(timer);
          log.isOpen = false;
        },
      };
    },
  };
  return { source, log, events: () => events };
}

const capture = (pcm: PcmSource) => {
  const one = testCapture({ channel: LOOPBACK, ffmpeg, env: TEST_ENV, platform: 'win32', pcm });
  one.pipeline.start();
  return one;
};
const seconds = ({ fragments }: ReturnType<typeof capture>) =>
  fragments.reduce((sum, { header }) => sum + header.durationMs, 0) / 1_000;

describe('sound that the host brings', () => {
  test.each([48_000, 44_100])('at %d Hz becomes a channel like any other', async (rate) => {
    const { source, log } = toneSource({ sampleRate: rate, channels: 2 });
    const one = capture(source);
    await until(() => seconds(one) > 2);
    await one.pipeline.stop();
    expect(log.isOpen).toBe(false);
    expect(one.states).toEqual(['starting', 'live', 'ended']);
    expect(Math.max(...one.levels)).toBeCloseTo(-6, 0);
    const second = (await samplesOf(one.fragments)).slice(24_000, 72_000);
    const crossings = second.filter((sample, index) => sample >= 0 && (second[index - 1] ?? 0) < 0).length;
    expect(Math.abs(crossings - 440)).toBeLessThan(3);
  });

  test('that stops for a while is silence for as long, and goes on where it should', async () => {
    const { source, log } = toneSource();
    const one = capture(source);
    await until(() => seconds(one) > 1);
    log.isQuiet = true;
    const before = seconds(one);
    await until(() => seconds(one) > before + 2);
    log.isQuiet = false;
    await until(() => seconds(one) > before + 4);
    await one.pipeline.stop();
    expect(one.opened).toHaveLength(1);
    const samples = await samplesOf(one.fragments);
    const isQuiet = (atSeconds: number) =>
      samples.slice(atSeconds * 48_000, atSeconds * 48_000 + 4_800).every((sample) => Math.abs(sample) < 100);
    expect([isQuiet(0.5), isQuiet(before + 1.2), isQuiet(before + 3.2)]).toEqual([false, true, false]);
  });

  test('of which nothing ever comes is recorded as silence: some systems give nothing while nothing plays', async () => {
    const one = capture({
      open: ({ opened }) => {
        queueMicrotask(opened);
        return { close: async () => undefined };
      },
    });
    await until(() => seconds(one) > 1);
    await one.pipeline.stop();
    expect(one.levels.every((db) => db === -120)).toBe(true);
  });

  test('[P04] of which nobody has said that it is open is not recorded, not even as silence', async () => {
    const one = testCapture({
      channel: LOOPBACK,
      ffmpeg,
      env: TEST_ENV,
      platform: 'win32',
      pcm: { open: () => ({ close: async () => undefined }) },
      open: (options) => openTake({ ...options, patience: { ...TAKE_PATIENCE, firstByteMs: 2_000 } }),
    });
    one.pipeline.start();
    await until(() => one.troubles.length > 0);
    await one.pipeline.stop();
    expect(one.states).not.toContain('live');
    expect(one.fragments).toEqual([]);
  });

  test('that changes its rate and its channels in mid-take, as headsets do, goes on in the same take', async () => {
    const form = { sampleRate: 48_000, channels: 2 as 1 | 2 };
    const one = capture(toneSource(form).source);
    await until(() => seconds(one) > 1.2);
    Object.assign(form, { sampleRate: 16_000, channels: 1 });
    await until(() => seconds(one) > 2.6);
    await one.pipeline.stop();
    expect(one.opened).toHaveLength(1);
    expect(one.troubles).toEqual([]);
    const tail = (await samplesOf(one.fragments)).slice(-24_000, -4_800);
    const crossings = tail.filter((sample, index) => sample >= 0 && (tail[index - 1] ?? 0) < 0).length;
    expect(Math.abs(crossings / (tail.length / 48_000) - 440)).toBeLessThan(5);
  });

  test('a clock that is set forward by an hour ends it at once, and makes no hour of silence', async () => {
    const ends: TallylightError[] = [];
    let [wallMs, bytes] = [1_700_000_000_000, 0];
    let look: () => void = () => undefined;
    let bring: PcmEvents | undefined;
    const sink = new PassThrough().on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    const source: PcmSource = {
      open: (on) => {
        bring = on;
        return { close: async () => undefined };
      },
    };
    const time = {
      nowMs: () => wallMs,
      every: (_delayMs: number, run: () => void) => {
        look = run;
        return () => undefined;
      },
    };
    feedPcm(source, sink, { first: () => undefined, ended: (error) => ends.push(error) }, time);
    bring?.opened();
    bring?.chunk(second(wallMs));
    wallMs += 3_600_000;
    look();
    await finished(sink);
    expect(ends).toMatchObject([{ code: 'device-failed' }]);
    expect(bytes).toBeLessThan(1_000_000);
  });

  test('what waits for a sink that is slow is written before it ends', async () => {
    let bring: PcmEvents | undefined;
    let bytes = 0;
    const sink = new PassThrough({ highWaterMark: 1 });
    const feed = feedPcm(
      {
        open: (on) => {
          bring = on;
          return { close: async () => undefined };
        },
      },
      sink,
      { first: () => undefined, ended: () => undefined },
    );
    bring?.opened();
    const startedMs = Date.now();
    for (const index of [0, 1]) bring?.chunk(second(startedMs + index * 1_000));
    await feed.close();
    sink.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    await finished(sink);
    expect(bytes).toBeGreaterThanOrEqual(2 * 48_000 * 4 * 2);
  });

  test('what was heard up to the end comes before the device is let go', async () => {
    const chunks: number[] = [];
    let bring: PcmEvents | undefined;
    const sink = new PassThrough().on('data', (bytes: Buffer) => chunks.push(bytes.length));
    const feed = feedPcm(
      {
        open: (on) => {
          bring = on;
          return { close: async () => on.chunk(second(Date.now())) };
        },
      },
      sink,
      { first: () => undefined, ended: () => undefined },
    );
    bring?.opened();
    await feed.close();
    await finished(sink);
    expect(chunks.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThanOrEqual(48_000 * 4 * 2);
  });

  test('that is refused is told with its reason, and the device is released', async () => {
    const { source, log, events } = toneSource();
    const one = capture(source);
    await until(() => one.states.includes('live'));
    events()?.ended(errorOf('permission-denied', 'the track ended'));
    await until(() => one.troubles.length > 0);
    expect(one.troubles[0]).toMatchObject({ code: 'permission-denied' });
    await until(() => log.opened > 1 || !log.isOpen);
    await one.pipeline.stop();
    expect(log.isOpen).toBe(false);
  });

  test('without a host that hears it nothing is recorded, and it says so', async () => {
    const one = testCapture({ channel: LOOPBACK, ffmpeg, env: TEST_ENV, platform: 'win32' });
    one.pipeline.start();
    await until(() => one.troubles.length > 0);
    await one.pipeline.stop();
    expect(one.troubles[0]).toMatchObject({ code: 'system-audio-elsewhere' });
    expect(one.fragments.filter(({ header }) => header.sequence > 0)).toEqual([]);
  });
});
