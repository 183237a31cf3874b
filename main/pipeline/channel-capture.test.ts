import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { compareKeys } from '../../contract/fragment.ts';
import type { Ffmpeg } from './ffmpeg-finder.ts';
import type { Capture } from './test-capture.ts';
import {
  DISPLAY,
  decoded,
  loudestSample,
  MIC,
  SYSTEM_AUDIO,
  testCapture,
  testFfmpeg,
} from './test-capture.ts';
import type { TestDevice, TestSound } from './test-devices.ts';
import { isAlive, startTestDisplay, startTestSound, TEST_ENV, until } from './test-devices.ts';

let ffmpeg: Ffmpeg;
let display: TestDevice;
let sound: TestSound;
const running: Capture[] = [];

beforeAll(async () => {
  [ffmpeg, display, sound] = await Promise.all([testFfmpeg(), startTestDisplay(320, 240), startTestSound()]);
}, 30_000);

afterEach(async () => {
  await Promise.all(running.splice(0).map(({ pipeline }) => pipeline.stop()));
});

afterAll(async () => {
  await Promise.all([display.close(), sound.close()]);
});

function capture(channel = DISPLAY, env: Record<string, string> = {}): Capture {
  const started = testCapture({
    channel,
    ffmpeg,
    env: { ...TEST_ENV, ...display.env, ...sound.env, ...env },
  });
  running.push(started);
  started.pipeline.start();
  return started;
}

const media = ({ fragments }: Capture) => fragments.filter(({ header }) => header.sequence > 0);
const killTake = ({ opened }: Capture) => {
  const pid = opened.at(-1)?.pid();
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
};

describe('a channel over a session', () => {
  test('[P04] is live from its first media fragment, and ended when the device is released', async () => {
    const one = capture();
    expect(one.states).toEqual(['starting']);
    await until(() => media(one).length > 0);
    expect(one.states).toEqual(['starting', 'live']);
    await one.pipeline.stop();
    expect(one.states).toEqual(['starting', 'live', 'ended']);
    expect(one.opened.map((take) => take.pid())).toEqual([undefined]);
  });

  test('[P05] pausing leaves no process and no fragments until it is resumed as the next take', async () => {
    const one = capture(MIC);
    await until(() => one.states.includes('live'));
    const pid = one.opened[0]?.pid();
    await one.pipeline.pause();
    expect(pid !== undefined && isAlive(pid)).toBe(false);
    expect(one.pipeline.state()).toBe('paused');
    const atPause = one.fragments.length;
    const recordings = await sound.pactl('list', 'short', 'source-outputs');
    expect(recordings.split('\n').filter((line) => line.includes('protocol-native'))).toEqual([]);
    expect(one.fragments.length).toBe(atPause);

    one.pipeline.resume();
    await until(() => media(one).some(({ header }) => header.take === 2));
    await one.pipeline.stop();
    expect(one.states).toEqual(['starting', 'live', 'paused', 'starting', 'live', 'ended']);
    expect(one.gaps).toEqual([]);
    expect(Number((await decoded(one.fragments, 2)).nb_read_frames)).toBeGreaterThan(0);
  });

  test('[P52] killing one channel leaves the others running, and it comes back as a new take with a gap', async () => {
    const [mic, system, screen] = [capture(MIC), capture(SYSTEM_AUDIO), capture(DISPLAY)];
    await until(() => [mic, system, screen].every(({ states }) => states.includes('live')));
    killTake(mic);
    await until(() => media(mic).some(({ header }) => header.take === 2));
    const before = [system, screen].map((other) => media(other).length);
    await until(() => [system, screen].every((other, index) => media(other).length > (before[index] ?? 0)));
    await Promise.all([mic, system, screen].map(({ pipeline }) => pipeline.stop()));

    expect(mic.states).toEqual(['starting', 'live', 'reconnecting', 'live', 'ended']);
    expect([system, screen].map(({ opened }) => opened.length)).toEqual([1, 1]);
    const lastOfFirst = media(mic)
      .filter(({ header }) => header.take === 1)
      .at(-1)?.header;
    const firstOfSecond = media(mic).find(({ header }) => header.take === 2)?.header;
    expect(mic.gaps).toEqual([
      {
        fromMs: (lastOfFirst?.startedAtMs ?? 0) + (lastOfFirst?.durationMs ?? 0),
        toMs: firstOfSecond?.startedAtMs,
        reason: 'device-failed',
      },
    ]);
    const keys = mic.fragments.map(({ header }) => header);
    expect([...keys].sort(compareKeys)).toEqual(keys);
    await Promise.all([decoded(mic.fragments, 1), decoded(mic.fragments, 2)]);
  });

  test('waits for a sound server that is gone, and is lost only where its ffmpeg keeps failing', async () => {
    const own = await startTestSound();
    const one = capture(MIC, own.env);
    await until(() => one.states.includes('live'));
    own.kill();
    await until(() => one.opened.length > 1 && one.opened.at(-1)?.pid() === undefined);
    await own.close();
    expect(one.states).toEqual(['starting', 'live', 'reconnecting']);
    await one.pipeline.stop();
    expect(one.gaps).toHaveLength(1);

    const failing = capture(DISPLAY);
    await until(() => failing.states.includes('live'));
    for (let deaths = 0; deaths < 6; deaths++) {
      await until(() => failing.opened.at(-1)?.pid() !== undefined);
      killTake(failing);
      await until(() => failing.opened.length > deaths + 1 || failing.pipeline.state() === 'lost');
    }
    expect(failing.pipeline.state()).toBe('lost');
    expect(failing.troubles.at(-1)?.code).toBe('channel-lost');
    expect(failing.opened.map((take) => take.pid())).toEqual(Array(6).fill(undefined));
  });

  test('[P01] never hands over sound of another device than the one that was agreed to', async () => {
    const own = await startTestSound();
    const module = await own.pactl('load-module', 'module-null-sink', 'sink_name=headset');
    const stopSilence = await own.playSilence('headset');
    const one = capture({ ...SYSTEM_AUDIO, device: 'headset.monitor' }, own.env);
    await until(() => one.states.includes('live'));
    // From here on PulseAudio moves the recording to the default source, the microphone, which carries a tone.
    await own.pactl('unload-module', module.trim());
    await until(() => one.states.includes('reconnecting'));
    await one.pipeline.stop();
    await stopSilence();
    await own.close();
    expect(one.troubles[0]).toMatchObject({ code: 'device-moved', detail: expect.stringContaining('moved') });
    expect(await loudestSample(one.fragments)).toBeLessThan(100);
  });

  test.each(['pause', 'stop'] as const)(
    '%s works while it is starting and while it is reconnecting',
    async (how) => {
      const starting = capture();
      await starting.pipeline[how]();
      expect(starting.states.at(-1)).toBe(how === 'pause' ? 'paused' : 'ended');
      expect(starting.opened[0]?.pid()).toBeUndefined();

      const reconnecting = capture({ ...MIC, device: 'nobody' });
      await until(() => reconnecting.states.includes('reconnecting'));
      await reconnecting.pipeline[how]();
      expect(reconnecting.states.at(-1)).toBe(how === 'pause' ? 'paused' : 'ended');
      const opened = reconnecting.opened.length;
      expect(reconnecting.opened.map((take) => take.pid())).toEqual(Array(opened).fill(undefined));
    },
  );
});
