import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import { defaultOf, listChannels, locateChannel } from '../channels/list.ts';
import type { Machine } from '../channels/machine.ts';
import { machineOf } from '../machine.ts';
import type { PipelineOptions } from './channel-pipeline.ts';
import type { Ffmpeg } from './ffmpeg-finder.ts';
import type { Capture } from './test-capture.ts';
import { testCapture, testFfmpeg } from './test-capture.ts';
import type { TestDevice, TestSound } from './test-devices.ts';
import { startTestDisplay, startTestSound, TEST_ENV, until } from './test-devices.ts';

/** Devices that go and come back while they are recorded: a real sound server and X display, and real delays. */
let ffmpeg: Ffmpeg;
let display: TestDevice;
let sound: TestSound;
let machine: Machine;
const running: Capture[] = [];

beforeAll(async () => {
  [ffmpeg, display, sound] = await Promise.all([
    testFfmpeg(),
    startTestDisplay(640, 480, ['-noreset']),
    startTestSound(),
  ]);
  machine = machineOf({ env: { ...TEST_ENV, ...display.env, ...sound.env } }, 'linux');
});
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ pipeline }) => pipeline.stop()));
});
afterAll(async () => {
  await Promise.all([display.close(), sound.close()]);
});

const headset = async () => {
  const module = await sound.pactl(
    ...['load-module', 'module-remap-source', 'master=stage_mic.monitor', 'source_name=headset'],
    'source_properties=device.description=Headset',
  );
  return module.trim();
};

async function channel(id: string): Promise<Channel> {
  const listed = await listChannels(machine);
  const found = listed.ok ? listed.value.channels.find((one) => one.id === id) : undefined;
  if (found === undefined) throw new Error(`there is no ${id}`);
  return found;
}

async function record(
  id: string,
  how: Partial<PipelineOptions> = {},
): Promise<Capture & { sinceStartMs: () => number }> {
  const startedMs = performance.now();
  const one = testCapture({
    channel: await channel(id),
    ffmpeg,
    env: machine.env as Record<string, string>,
    machine,
    locate: (lost) => locateChannel(machine, lost),
    later: (delayMs, run) => {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    ...how,
  });
  running.push(one);
  one.pipeline.start();
  return { ...one, sinceStartMs: () => performance.now() - startedMs };
}

const nothing = {
  state: () => undefined,
  fragment: () => undefined,
  level: () => undefined,
  gap: () => undefined,
  trouble: () => undefined,
  health: () => undefined,
};
const takes = ({ fragments }: Capture) => [...new Set(fragments.map(({ header }) => header.take))];
const mediaOf = ({ fragments }: Capture, take: number) =>
  fragments.filter(({ header }) => header.take === take && header.sequence > 0);

describe('hot-plug', () => {
  test('a microphone that is unplugged is waited for, and is a new take when it is back; the others go on', async () => {
    const module = await headset();
    const [mic, other] = [await record('mic:headset'), await record('mic:default')];
    await until(() => [mic, other].every(({ states }) => states.includes('live')));
    await sound.pactl('unload-module', module);
    await until(() => mic.states.includes('reconnecting'));
    // Longer than any row of restarts would have lasted before it was given up.
    await until(() => mic.troubles.some(({ code }) => code === 'device-gone'));
    const again = await headset();
    const pluggedMs = mic.sinceStartMs();
    await until(() => mediaOf(mic, takes(mic).at(-1) ?? 0).length > 0 && takes(mic).length > 1);
    await Promise.all([mic, other].map(({ pipeline }) => pipeline.stop()));
    await sound.pactl('unload-module', again);

    expect(mic.states).toEqual(['starting', 'live', 'reconnecting', 'live', 'ended']);
    expect(mic.gaps).toEqual([expect.objectContaining({ reason: 'device-gone' })]);
    expect((mic.gaps[0]?.toMs ?? 0) - pluggedMs).toBeLessThan(2_000);
    expect(mic.troubles.map(({ code }) => code)).not.toContain('channel-lost');
    expect([takes(other), other.gaps]).toEqual([[1], []]);
  });

  test('[P01] who stays with a device keeps it when the default changes, whatever the sound server moves', async () => {
    const module = await headset();
    const devices = new Set<string>();
    const mic = await record('mic:default', {
      on: { ...nothing, fragment: (_fragment, device) => devices.add(device) },
    });
    await until(() => devices.size > 0);
    await sound.pactl('set-default-source', 'headset');
    // PulseAudio takes a recording of its default device along to the next one; the take ends, and another begins.
    await until(() => mic.opened.length > 1 && mic.opened.at(-1)?.pid() !== undefined);
    await until(() => mic.pipeline.state() === 'live');
    await sound.pactl('set-default-source', 'mic');
    await mic.pipeline.stop();
    await sound.pactl('unload-module', module);
    expect([...devices]).toEqual(['mic']);
  });

  test('who follows the default gets a new take on the new one, and back', async () => {
    const module = await headset();
    const devices: string[] = [];
    const mic = await record('mic:default', {
      follows: true,
      locate: async (lost) => {
        const found = await defaultOf(machine, lost);
        if (found.ok) devices.push(found.value.device);
        return found;
      },
    });
    await until(() => mic.states.includes('live'));
    await sound.pactl('set-default-source', 'headset');
    await until(() => takes(mic).length === 2 && mediaOf(mic, 2).length > 0);
    await sound.pactl('set-default-source', 'mic');
    await until(() => takes(mic).length === 3 && mediaOf(mic, 3).length > 0);
    await mic.pipeline.stop();
    await sound.pactl('unload-module', module);
    expect(new Set(devices)).toEqual(new Set(['headset', 'mic']));
    expect(mic.gaps.map(({ reason }) => reason)).toEqual(['default-changed', 'default-changed']);
    expect(mic.troubles).toEqual([]);
    for (const { fromMs, toMs } of mic.gaps) expect(toMs - fromMs).toBeLessThan(2_000);
  });

  test('a sound server that is restarted has its channels back by itself', async () => {
    const first = await startTestSound();
    const own = machineOf({ env: { ...machine.env, ...first.env } }, 'linux');
    const listed = await listChannels(own);
    const found = listed.ok ? listed.value.channels.find(({ id }) => id === 'mic:default') : undefined;
    if (found === undefined) throw new Error('there is no microphone');
    const mic = await record('mic:default', {
      channel: found,
      env: own.env as Record<string, string>,
      machine: own,
      locate: (lost) => locateChannel(own, lost),
    });
    await until(() => mic.states.includes('live'));
    first.kill();
    await until(() => mic.troubles.some(({ code }) => code === 'sound-server-missing'));
    await first.restart();
    await until(() => takes(mic).length > 1 && mediaOf(mic, takes(mic).at(-1) ?? 0).length > 0);
    await mic.pipeline.stop();
    await first.close();
    expect(mic.states).toEqual(['starting', 'live', 'reconnecting', 'live', 'ended']);
  });

  test('a microphone that comes back with another rate goes on in a new take', async () => {
    const slow = async (rate: number) =>
      (
        await sound.pactl(
          ...['load-module', 'module-remap-source', 'master=stage_mic.monitor', 'source_name=airpods'],
          ...[`rate=${rate}`, 'source_properties=device.description=AirPods'],
        )
      ).trim();
    const module = await slow(44_100);
    const mic = await record('mic:airpods');
    await until(() => mic.states.includes('live'));
    await sound.pactl('unload-module', module);
    const again = await slow(16_000);
    await until(() => takes(mic).length > 1 && mediaOf(mic, takes(mic).at(-1) ?? 0).length > 0);
    await mic.pipeline.stop();
    await sound.pactl('unload-module', again);
    expect(mic.gaps.map(({ reason }) => reason)).toEqual(['device-gone']);
  });
});

describe('a display in mid-recording', () => {
  const xrandr = (...args: string[]) =>
    promisify(execFile)('xrandr', args, { env: { ...TEST_ENV, ...display.env } });

  test('that changes its size goes on in a new take of the new size, and one that is gone is waited for', async () => {
    await xrandr('--setmonitor', '*left', '320/80x480/120+0+0', 'screen');
    await xrandr('--setmonitor', 'right', '320/80x480/120+320+0', 'none');
    const listed = await listChannels(machine);
    const right = listed.ok ? listed.value.channels.find(({ device }) => device === 'right') : undefined;
    if (right === undefined) throw new Error('there is no right monitor');
    const screen = await record(right.id);
    await until(() => screen.states.includes('live'));

    await xrandr('--delmonitor', 'right');
    await xrandr('--setmonitor', 'right', '160/40x240/60+320+0', 'none');
    await until(() => takes(screen).length > 1 && mediaOf(screen, takes(screen).at(-1) ?? 0).length > 0);
    expect(screen.gaps.at(-1)?.reason).toBe('display-changed');

    await xrandr('--delmonitor', 'right');
    const before = screen.gaps.length;
    await until(() => screen.states.at(-1) === 'reconnecting');
    await xrandr('--setmonitor', 'right', '160/40x240/60+320+0', 'none');
    await until(() => screen.gaps.length > before);
    await screen.pipeline.stop();
    expect(screen.gaps.at(-1)?.reason).toBe('device-gone');
    expect(screen.troubles.map(({ code }) => code)).not.toContain('channel-lost');
  });
});
