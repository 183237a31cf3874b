import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ok } from '../../contract/result.ts';
import { defaultOf, listChannels } from '../channels/list.ts';
import { decoded } from './test-capture.ts';
import { TEST_ENV, until } from './test-devices.ts';
import type { HotPlug } from './test-hot-plug.ts';
import { mediaOf, nothing, startHotPlug, takes } from './test-hot-plug.ts';

/** Devices that go and come back while they are recorded: a real sound server and X display, and real delays. */
let world: HotPlug;

beforeAll(async () => {
  world = await startHotPlug();
});
afterEach(() => world.stopAll());
afterAll(() => world.close());

const headset = async () => {
  const module = await world.sound.pactl(
    ...['load-module', 'module-remap-source', 'master=stage_mic.monitor', 'source_name=headset'],
    'source_properties=device.description=Headset',
  );
  return module.trim();
};

describe('hot-plug', () => {
  test('a microphone that is unplugged is waited for, and is a new take when it is back; the others go on', async () => {
    const module = await headset();
    const [mic, other] = [await world.record('mic:headset'), await world.record('mic:default')];
    await until(() => [mic, other].every(({ states }) => states.includes('live')));
    await world.sound.pactl('unload-module', module);
    await until(() => mic.states.includes('reconnecting'));
    // Longer than any row of restarts would have lasted before it was given up.
    await until(() => mic.troubles.some(({ code }) => code === 'device-gone'));
    const again = await headset();
    const pluggedMs = mic.sinceStartMs();
    await until(() => mediaOf(mic, takes(mic).at(-1) ?? 0).length > 0 && takes(mic).length > 1);
    await Promise.all([mic, other].map(({ pipeline }) => pipeline.stop()));
    await world.sound.pactl('unload-module', again);

    expect(mic.states).toEqual(['starting', 'live', 'reconnecting', 'live', 'ended']);
    expect(mic.gaps).toEqual([expect.objectContaining({ reason: 'device-gone' })]);
    expect((mic.gaps[0]?.toMs ?? 0) - pluggedMs).toBeLessThan(2_000);
    expect(mic.troubles.map(({ code }) => code)).not.toContain('channel-lost');
    expect([takes(other), other.gaps]).toEqual([[1], []]);
  });

  test('[P01] who stays with a device keeps it when the default changes, whatever the sound server moves', async () => {
    const module = await headset();
    const devices = new Set<string>();
    const mic = await world.record('mic:default', {
      on: { ...nothing, fragment: (_fragment, device) => devices.add(device) },
    });
    await until(() => devices.size > 0);
    await world.sound.pactl('set-default-source', 'headset');
    // PulseAudio takes a recording of its default device along to the next one; the take ends, and another begins.
    await until(() => mic.opened.length > 1 && mic.opened.at(-1)?.pid() !== undefined);
    await until(() => mic.pipeline.state() === 'live');
    await world.sound.pactl('set-default-source', 'mic');
    await mic.pipeline.stop();
    await world.sound.pactl('unload-module', module);
    expect([...devices]).toEqual(['mic']);
  });

  test('who follows the default gets a new take on the new one, and back', async () => {
    const module = await headset();
    const devices: string[] = [];
    const [mic, other] = [
      await world.record('mic:default', {
        follows: true,
        locate: async (lost) => {
          const found = await defaultOf(world.machine, lost);
          if (found.ok) devices.push(found.value.device);
          return found;
        },
      }),
      await world.record('display:1'),
    ];
    await until(() => [mic, other].every(({ states }) => states.includes('live')));
    await world.sound.pactl('set-default-source', 'headset');
    await until(() => takes(mic).length === 2 && mediaOf(mic, 2).length > 0);
    await world.sound.pactl('set-default-source', 'mic');
    await until(() => takes(mic).length === 3 && mediaOf(mic, 3).length > 0);
    await mic.pipeline.stop();
    await world.sound.pactl('unload-module', module);
    expect(new Set(devices)).toEqual(new Set(['headset', 'mic']));
    expect(mic.gaps.map(({ reason }) => reason)).toEqual(['default-changed', 'default-changed']);
    expect(mic.troubles).toEqual([]);
    for (const { fromMs, toMs } of mic.gaps) expect(toMs - fromMs).toBeLessThan(2_000);
    const before = mediaOf(other, 1).length;
    await until(() => mediaOf(other, 1).length > before);
    expect([takes(other), other.gaps, other.states]).toEqual([[1], [], ['starting', 'live']]);
  });

  test('system audio follows the default output, and back', async () => {
    const module = await world.sound.pactl('load-module', 'module-null-sink', 'sink_name=hdmi');
    const stopSilence = await world.sound.playSilence('hdmi');
    const devices: string[] = [];
    const [system, mic] = [
      await world.record('system_audio:default', {
        follows: true,
        locate: async (lost) => {
          const found = await defaultOf(world.machine, lost);
          if (found.ok) devices.push(found.value.device);
          return found;
        },
      }),
      await world.record('mic:default'),
    ];
    await until(() => [system, mic].every(({ states }) => states.includes('live')));
    await world.sound.pactl('set-default-sink', 'hdmi');
    await until(() => takes(system).length === 2 && mediaOf(system, 2).length > 0);
    await world.sound.pactl('set-default-sink', 'speakers');
    await until(() => takes(system).length === 3 && mediaOf(system, 3).length > 0);
    await Promise.all([system, mic].map(({ pipeline }) => pipeline.stop()));
    await stopSilence();
    await world.sound.pactl('unload-module', module.trim());
    expect(new Set(devices)).toEqual(new Set(['hdmi.monitor', 'speakers.monitor']));
    expect(system.gaps.length).toBeGreaterThan(0);
    for (const { fromMs, toMs, reason } of system.gaps) {
      expect(reason).toBe('default-changed');
      expect(toMs - fromMs).toBeLessThan(2_000);
    }
    expect([takes(mic), mic.gaps]).toEqual([[1], []]);
  });

  test('system audio whose output went away is back with that output, also when another one is the default by then', async () => {
    const load = () => world.sound.pactl('load-module', 'module-null-sink', 'sink_name=headset-out');
    let module = await load();
    await world.sound.pactl('set-default-sink', 'headset-out');
    let endSilence = await world.sound.playSilence('headset-out');
    const system = await world.record('system_audio:default');
    await until(() => system.states.includes('live'));
    await world.sound.pactl('unload-module', module.trim());
    await until(() => system.troubles.some(({ code }) => code === 'device-gone'));
    await endSilence();
    await world.sound.pactl('set-default-sink', 'speakers');
    module = await load();
    endSilence = await world.sound.playSilence('headset-out');
    await until(() => takes(system).length > 1 && mediaOf(system, takes(system).at(-1) ?? 0).length > 0);
    await system.pipeline.stop();
    await endSilence();
    await world.sound.pactl('unload-module', module.trim());
    expect(system.gaps.length).toBe(1);
  });

  test('a device whose rate changes in place goes on, or is back within 2 s', async () => {
    const sink = await world.sound.pactl('load-module', 'module-null-sink', 'sink_name=hifi', 'rate=44100');
    const endSilence = await world.sound.playSilence('hifi', 44_100);
    const system = await world.record('system_audio:default', {
      channel: { ...(await world.channel('system_audio:default')), device: 'hifi.monitor' },
      locate: async (lost) => ok(lost),
    });
    const rateOf = async () =>
      / (\d+)Hz/.exec((await world.sound.pactl('list', 'short', 'sinks')).split('hifi')[1] ?? '')?.[1];
    await until(() => system.states.includes('live'));
    expect(await rateOf()).toBe('44100');
    // PulseAudio 16 gives a sink that is suspended and that nothing plays on the rate of what comes next.
    await endSilence();
    await world.sound.pactl('suspend-sink', 'hifi', '1');
    const endOther = await world.sound.playSilence('hifi', 48_000);
    await until(async () => (await rateOf()) === '48000');
    await world.sound.pactl('suspend-sink', 'hifi', '0');
    const before = system.fragments.length;
    await until(() => system.fragments.length > before + 5);
    await system.pipeline.stop();
    await endOther();
    await world.sound.pactl('unload-module', sink.trim());
    for (const { fromMs, toMs } of system.gaps) expect(toMs - fromMs).toBeLessThan(2_000);
    expect(system.troubles.map(({ code }) => code)).not.toContain('channel-lost');
  });

  test('a microphone that comes back with another rate goes on in a new take', async () => {
    const slow = async (rate: number) =>
      (
        await world.sound.pactl(
          ...['load-module', 'module-remap-source', 'master=stage_mic.monitor', 'source_name=airpods'],
          ...[`rate=${rate}`, 'source_properties=device.description=AirPods'],
        )
      ).trim();
    const module = await slow(44_100);
    const mic = await world.record('mic:airpods');
    await until(() => mic.states.includes('live'));
    await world.sound.pactl('unload-module', module);
    const again = await slow(16_000);
    await until(() => takes(mic).length > 1 && mediaOf(mic, takes(mic).at(-1) ?? 0).length > 0);
    await mic.pipeline.stop();
    await world.sound.pactl('unload-module', again);
    // By the first look it is back, or still away.
    expect(mic.gaps).toHaveLength(1);
    expect(['device-moved', 'device-gone']).toContain(mic.gaps[0]?.reason);
  });
});

describe('a display in mid-recording', () => {
  const xrandr = (...args: string[]) =>
    promisify(execFile)('xrandr', args, { env: { ...TEST_ENV, ...world.display.env } });

  test('that changes its size goes on in a new take of the new size, and one that is gone is waited for', async () => {
    await xrandr('--setmonitor', '*left', '320/80x480/120+0+0', 'screen');
    await xrandr('--setmonitor', 'right', '320/80x480/120+320+0', 'none');
    const listed = await listChannels(world.machine);
    const right = listed.ok ? listed.value.channels.find(({ device }) => device === 'right') : undefined;
    if (right === undefined) throw new Error('there is no right monitor');
    const screen = await world.record(right.id);
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
    for (const name of ['left', 'right']) await xrandr('--delmonitor', name);
    expect(screen.gaps.at(-1)?.reason).toBe('device-gone');
    expect(screen.troubles.map(({ code }) => code)).not.toContain('channel-lost');
  });

  test('whose mode changes goes on in a new take of the new size, and back', async () => {
    const screen = await world.record('display:1');
    const mic = await world.record('mic:default');
    await until(() => [screen, mic].every(({ states }) => states.includes('live')));
    await xrandr('--newmode', 'small', ...'10 320 321 322 323 240 241 242 243'.split(' '));
    await xrandr('--addmode', 'screen', 'small');
    await xrandr('--output', 'screen', '--mode', 'small');
    await until(() => takes(screen).length === 2 && mediaOf(screen, 2).length > 1);
    await xrandr('--output', 'screen', '--mode', '640x480');
    await until(() => takes(screen).length === 3 && mediaOf(screen, 3).length > 1);
    await Promise.all([screen, mic].map(({ pipeline }) => pipeline.stop()));
    const sizes = await Promise.all([2, 3].map((take) => decoded(screen.fragments, take)));
    expect(sizes).toMatchObject([
      { width: 320, height: 240 },
      { width: 640, height: 480 },
    ]);
    expect(screen.gaps.map(({ reason }) => reason)).toEqual(['display-changed', 'display-changed']);
    expect([takes(mic), mic.gaps]).toEqual([[1], []]);
  });
});
