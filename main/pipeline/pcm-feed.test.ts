import { beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import { errorOf } from '../../contract/result.ts';
import type { Ffmpeg } from './ffmpeg-finder.ts';
import type { PcmEvents, PcmSource } from './pcm-source.ts';
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

/** A host that hears a 440 Hz tone in chunks of 20 ms, as long as it is not told to be quiet. */
function toneSource(sampleRate = 48_000) {
  const log = { isOpen: false, isQuiet: false, opened: 0 };
  let events: PcmEvents | undefined;
  const source: PcmSource = {
    open: (on) => {
      Object.assign(log, { isOpen: true, opened: log.opened + 1 });
      events = on;
      const startedMs = Date.now();
      let frames = 0;
      const timer = setInterval(() => {
        const due = Math.floor(((Date.now() - startedMs) / 1_000) * sampleRate);
        for (; frames + sampleRate / 50 <= due; frames += sampleRate / 50) {
          const samples = new Float32Array((sampleRate / 50) * 2).map(
            (_, index) => 0.5 * Math.sin((2 * Math.PI * 440 * (frames + (index >> 1))) / sampleRate),
          );
          const startedWallMs = startedMs + (frames / sampleRate) * 1_000;
          if (!log.isQuiet) on.chunk({ startedWallMs, samples, channels: 2, sampleRate });
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
    const { source, log } = toneSource(rate);
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
    const one = capture({ open: () => ({ close: async () => undefined }) });
    await until(() => seconds(one) > 1);
    await one.pipeline.stop();
    expect(one.levels.every((db) => db === -120)).toBe(true);
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
