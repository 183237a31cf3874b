import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import { channel } from '../../contract/channel.ts';
import { machineOf } from '../machine.ts';
import type { TestDevice, TestSound } from '../pipeline/test-devices.ts';
import { startTestDisplay, startTestSound, TEST_ENV, until } from '../pipeline/test-devices.ts';
import { listDisplays } from './displays.ts';
import { defaultOf, listChannels, locateChannel } from './list.ts';
import { printedProps, testEdid } from './test-edid.ts';

const run = promisify(execFile);

let display: TestDevice;
let sound: TestSound;
let folder: string;

beforeAll(async () => {
  [display, sound] = await Promise.all([startTestDisplay(1280, 720), startTestSound()]);
  folder = await mkdtemp(join(tmpdir(), 'tallylight-list-'));
}, 30_000);

afterAll(async () => {
  await Promise.all([display.close(), sound.close(), rm(folder, { recursive: true })]);
});

async function listed(env: Record<string, string>) {
  const list = await listChannels(machineOf({ env }, 'linux'));
  if (!list.ok) throw new Error(list.error.message);
  return list.value;
}

describe('listing the channels of this machine', () => {
  test('finds microphones, system audio and displays under their names', async () => {
    const { channels, missing } = await listed({ ...TEST_ENV, ...display.env, ...sound.env });
    expect(missing).toEqual([]);
    for (const one of channels) expect(channel.safeParse(one).error).toBeUndefined();
    expect(channels.map(({ id, name }) => [id, name])).toEqual([
      ['mic:default', 'Default microphone (Built-in Audio)'],
      ['mic:built-in-audio', 'Built-in Audio'],
      ['system_audio:default', 'System audio'],
      ['display:1', 'Display 1'],
    ]);
    expect(channels.at(-1)?.area).toEqual({ x: 0, y: 0, width: 1280, height: 720 });
  });

  test('[P01] opens no device', async () => {
    const events: string[] = [];
    const watcher = spawn('pactl', ['subscribe'], { env: { ...TEST_ENV, ...sound.env } });
    watcher.stdout.on('data', (chunk: Buffer) => events.push(chunk.toString()));
    // Once the watcher sees its own questions, it sees everything.
    await until(async () => {
      await sound.pactl('info');
      return events.length > 0;
    });
    await listed({ ...TEST_ENV, ...display.env, ...sound.env });
    const asked = events.length;
    await until(async () => {
      await sound.pactl('info');
      return events.length > asked;
    });
    watcher.kill();
    expect(events.join()).not.toContain('source-output');
  });

  test('without a sound server lists displays, and says what is missing', async () => {
    const { channels, missing } = await listed({
      ...TEST_ENV,
      ...display.env,
      PULSE_SERVER: 'unix:/nonexistent',
    });
    expect(channels.map(({ id }) => id)).toEqual(['display:1']);
    expect(missing.map(({ code }) => code)).toEqual(['sound-server-missing']);
  });

  test.each([
    ['DISPLAY is not set', {}],
    ['DISPLAY names a server that is not there', { DISPLAY: ':65000' }],
    ['this is Wayland', { DISPLAY: ':0', XDG_SESSION_TYPE: 'wayland' }],
  ])('lists sound alone where %s', async (_why, env) => {
    const { channels, missing } = await listed({ ...TEST_ENV, ...sound.env, ...env });
    expect(channels.map(({ kind }) => kind)).not.toContain('display');
    expect(channels.length).toBeGreaterThan(0);
    expect(missing.map(({ code }) => code)).toEqual(['display-server-missing']);
  });

  test('needs neither xrandr nor xdpyinfo nor pactl to find the display, even behind a cookie', async () => {
    const cookie = Buffer.from('0123456789abcdef');
    const authority = join(folder, 'authority');
    const part = (bytes: Buffer | string) =>
      Buffer.concat([Buffer.from([0, bytes.length]), Buffer.from(bytes)]);
    const fields = [hostname(), '', 'MIT-MAGIC-COOKIE-1', cookie].map(part);
    await writeFile(authority, Buffer.concat([Buffer.from([1, 0]), ...fields]), { mode: 0o600 });
    const locked = await startTestDisplay(800, 600, ['-auth', authority]);
    const env = { PATH: folder, HOME: folder, ...locked.env };
    expect((await listed({ ...env, XAUTHORITY: authority })).channels).toMatchObject([
      { id: 'display:1', area: { width: 800, height: 600 } },
    ]);
    const refused = await listed(env);
    expect(refused.channels).toEqual([]);
    expect(refused.missing.map(({ code }) => code)).toEqual([
      'sound-server-missing',
      'display-server-missing',
    ]);
    await locked.close();
  });

  test('[P01] whoever agreed to a default microphone stays with its device when another becomes the default', async () => {
    const env = { ...TEST_ENV, ...display.env, ...sound.env };
    const before = (await listed(env)).channels[0];
    if (before === undefined) throw new Error('there is no default microphone');
    expect(await locateChannel(machineOf({ env }, 'linux'), before)).toEqual({ ok: true, value: before });
    await sound.pactl(
      ...['load-module', 'module-remap-source', 'master=stage_mic.monitor', 'source_name=headset'],
      'source_properties=\'device.description="Built-in Audio"\'',
    );
    await sound.pactl('set-default-source', 'headset');
    const { channels } = await listed(env);
    expect(channels[0]).toMatchObject({ id: 'mic:default', device: 'headset' });
    expect(await locateChannel(machineOf({ env }, 'linux'), before)).toMatchObject({
      ok: true,
      value: { id: 'mic:default', name: before.name, device: before.device },
    });
    expect(channels.filter(({ id }) => /^mic:built-in-audio-[0-9a-f]{6}$/.test(id))).toHaveLength(2);
    const other = { ...before, device: 'unplugged' };
    const gone = await locateChannel(machineOf({ env }, 'linux'), other);
    expect(gone).toMatchObject({ ok: false, error: { code: 'device-gone' } });
  });

  test('gives who follows the default the device it is on now, and never a monitor of an output', async () => {
    const env = { ...TEST_ENV, ...display.env, ...sound.env };
    const machine = machineOf({ env }, 'linux');
    const agreed = { id: 'mic:default', kind: 'mic', name: '', device: 'gone', isDefault: true } as const;
    await sound.pactl('set-default-source', 'mic');
    expect(await defaultOf(machine, agreed)).toMatchObject({ ok: true, value: { device: 'mic' } });
    await sound.pactl('set-default-source', 'headset');
    expect(await defaultOf(machine, agreed)).toMatchObject({ ok: true, value: { device: 'headset' } });
    await sound.pactl('set-default-source', 'speakers.monitor');
    expect(await defaultOf(machine, agreed)).toMatchObject({
      ok: true,
      value: { kind: 'mic', device: 'mic' },
    });
    expect(await defaultOf(machine, { ...agreed, id: 'mic:own', device: 'gone' })).toMatchObject({
      ok: false,
      error: { code: 'device-gone' },
    });
    const silent = machineOf({ env: { ...env, PULSE_SERVER: 'unix:/nonexistent' } }, 'linux');
    expect(await defaultOf(silent, agreed)).toMatchObject({ error: { code: 'sound-server-missing' } });
  });

  test('on another system says that it is not built', async () => {
    const machine = machineOf({ env: {} }, 'aix');
    for (const answer of [await listChannels(machine), await listDisplays(machine)])
      expect(answer).toMatchObject({ ok: false, error: { code: 'platform-not-yet', detail: 'aix' } });
  });
});

test('looking for one channel asks for its kind alone', async () => {
  const path = await mkdtemp(join(folder, 'tools-'));
  for (const tool of ['pactl', 'xrandr', 'xdpyinfo'])
    await writeFile(join(path, tool), `#!/bin/sh\necho ${tool} >> ${path}/asked\nexit 1\n`, { mode: 0o755 });
  const machine = machineOf({ env: { PATH: path, DISPLAY: ':65000' } }, 'linux');
  const asked = async () => {
    const tools = (await readFile(join(path, 'asked'), 'utf8')).trim().split('\n');
    await rm(join(path, 'asked'));
    return new Set(tools);
  };
  const of = (id: string, kind: Channel['kind']) => ({ id, kind, name: '', device: 'any', isDefault: true });
  for (const look of [defaultOf, locateChannel]) {
    for (const sound of [of('mic:default', 'mic'), of('system_audio:default', 'system_audio')]) {
      expect(await look(machine, sound)).toMatchObject({ error: { code: 'sound-server-missing' } });
      expect(await asked()).toEqual(new Set(['pactl']));
    }
    expect(await look(machine, of('display:1', 'display'))).toMatchObject({
      error: { code: 'display-server-missing' },
    });
    expect(await asked()).toEqual(new Set(['xrandr', 'xdpyinfo']));
  }
});

describe('several monitors of a real X server', () => {
  test('are listed, and one that is taken away is gone', async () => {
    const server = await startTestDisplay(1600, 600, ['-noreset']);
    const env = { ...TEST_ENV, ...server.env };
    const machine = machineOf({ env }, 'linux');
    const xrandr = (...args: string[]) => run('xrandr', args, { env });
    await xrandr('--setmonitor', '*left', '800/211x600/158+0+0', 'screen');
    await xrandr('--setmonitor', 'right', '801/211x599/158+799+1', 'none');

    const both = await listDisplays(machine);
    if (!both.ok) throw new Error(both.error.message);
    expect(both.value.map(({ id, device, isDefault, area }) => [id, device, isDefault, area])).toEqual([
      ['display:1', 'left', true, { x: 0, y: 0, width: 800, height: 600 }],
      ['display:2', 'right', false, { x: 799, y: 1, width: 801, height: 599 }],
    ]);
    const [left, right] = both.value;
    if (left === undefined || right === undefined) throw new Error('there are two');
    expect(await locateChannel(machine, right)).toEqual({ ok: true, value: right });

    await xrandr('--delmonitor', 'right');
    expect(await locateChannel(machine, right)).toMatchObject({ error: { code: 'device-gone' } });
    expect(await locateChannel(machine, left)).toEqual({ ok: true, value: left });

    await xrandr('--setmonitor', 'right', '400/106x300/79+1200+0', 'none');
    expect(await locateChannel(machine, right)).toMatchObject({
      value: { id: 'display:2', area: { x: 1200, y: 0, width: 400, height: 300 } },
    });
    await server.close();
  }, 20_000);
});

describe('[P01] a display that was agreed to', () => {
  const HDMI = ' 0: +*HDMI-1 1920/527x1080/296+0+0  HDMI-1';
  const DP = ' 1: +DP-1 2560/597x1440/336+1920+0  DP-1';

  async function locatedIn(
    monitors: string[],
    id: string,
    device: string,
    { props = '', agreed = {} }: { props?: string; agreed?: Partial<Channel> } = {},
  ) {
    const path = await mkdtemp(join(folder, 'xrandr-'));
    const text = `Monitors: ${monitors.length}\n${monitors.join('\n')}\n`;
    const script = `#!/bin/sh\nif [ "$2" = --props ]; then printf '%s' '${props}'; else printf '%s' '${text}'; fi\n`;
    await writeFile(join(path, 'xrandr'), script, { mode: 0o755 });
    const env = { PATH: path, DISPLAY: ':65000' };
    return locateChannel(machineOf({ env }, 'linux'), {
      ...agreed,
      id,
      kind: 'display',
      name: 'Display',
      device,
      isDefault: false,
    });
  }

  test.each([
    ['nothing changed', [HDMI, DP], 'display:1', 'HDMI-1', { width: 1920 }],
    ['it has another size', [HDMI.replace('1920/', '1280/'), DP], 'display:1', 'HDMI-1', { width: 1280 }],
    ['it lies elsewhere', [HDMI, DP.replace('+1920+0', '+1920+200')], 'display:2', 'DP-1', { y: 200 }],
  ])('is taken over where %s', async (_what, monitors, id, device, area) => {
    expect(await locatedIn(monitors, id, device)).toMatchObject({ ok: true, value: { id, device, area } });
  });

  test.each([
    ['it was unplugged and another took its number', [DP], 'display:1', 'HDMI-1'],
    ['the other was unplugged and it took its number', [DP], 'display:2', 'DP-1'],
    [
      'another became the primary one',
      [HDMI.replace('*', ''), DP.replace('+DP', '+*DP')],
      'display:1',
      'HDMI-1',
    ],
    ['a new one took its place', [HDMI.replaceAll('HDMI-1', 'HDMI-2'), DP], 'display:1', 'HDMI-1'],
  ])('is gone where %s', async (_what, monitors, id, device) => {
    expect(await locatedIn(monitors, id, device)).toMatchObject({
      ok: false,
      error: { code: 'device-gone' },
    });
  });

  test('is gone where another monitor hangs on the same plug, and found under another number', async () => {
    const [one, other] = [1, 2].map((serial) => printedProps('DP-1', testEdid(serial)));
    const found = await locatedIn([HDMI, DP], 'display:2', 'DP-1', { props: one ?? '' });
    const agreed = found.ok ? found.value : undefined;
    if (agreed?.fingerprint === undefined) throw new Error('it has a fingerprint');
    expect(await locatedIn([HDMI, DP], 'display:2', 'DP-1', { props: other ?? '', agreed })).toMatchObject({
      ok: false,
      error: { code: 'device-gone' },
    });
    expect(await locatedIn([DP], 'display:2', 'DP-1', { props: one ?? '', agreed })).toMatchObject({
      ok: true,
      value: { id: 'display:2', device: 'DP-1' },
    });
    // The second look has failed, or the monitor there has no EDID.
    expect(await locatedIn([HDMI, DP], 'display:2', 'DP-1', { agreed })).toMatchObject({
      ok: false,
      error: { code: 'device-failed' },
    });
  });
});
