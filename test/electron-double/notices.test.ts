import { expect, test, vi } from 'vitest';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { errorOf } from '../../contract/result.ts';
import { DEFAULT_SETTINGS, UNTOUCHED_SETTINGS } from '../../contract/settings.ts';
import { channelOf } from './capture.ts';
import { fire } from './events.ts';
import { type Launched, launch, prepareLaunches } from './launch.ts';
import { appWindow } from './world.ts';

vi.mock('electron/common', () => import('./common.ts'));
vi.mock('electron/main', () => import('./main.ts'));
prepareLaunches();

const mic = channelOf('mic:usb', { mode: 'keep' });
const system = channelOf('system_audio:default', { name: 'System audio', kind: 'system_audio' });
const troubled = (code: Parameters<typeof errorOf>[0]) => ({ ...mic, trouble: errorOf(code) });

const told = ({ world }: Launched) =>
  world.notices.filter(({ isShown }) => isShown).map(({ title, body }) => ({ title, body }));

/** A recording that has just begun to bring something. */
async function recording(machine = {}): Promise<Launched> {
  const launched = await launch(machine);
  launched.capture.tell({ state: 'starting' }, { channels: [mic, system] });
  launched.capture.tell({ state: 'recording' }, { lamp: 'live', channels: [mic, system] });
  return launched;
}

test('under the Electron double a start, its end and the delivery are told, without the title of the meeting', async () => {
  const launched = await recording();
  const { capture } = launched;
  const channels = [mic, system];
  capture.tell({ state: 'stopping' }, { channels });
  capture.tell({ state: 'delivering' }, { channels });
  capture.tell({ state: 'complete' }, { channels });
  expect(told(launched)).toEqual([
    { title: 'Recording has started', body: 'Kept: Microphone. Live only: System audio' },
    { title: 'Everything is delivered', body: 'Nothing is being captured' },
  ]);
  expect(JSON.stringify(launched.world.notices)).not.toContain('Weekly planning');
});

test('under the Electron double nothing is said to be delivered where nothing was kept', async () => {
  const launched = await launch();
  launched.capture.tell({ state: 'delivering' }, { channels: [system] });
  launched.capture.tell({ state: 'complete' }, { channels: [system] });
  expect(told(launched)).toEqual([]);
});

test.each<[string, Snapshot['channels'][number], object | undefined]>([
  [
    'is silent',
    troubled('channel-silent'),
    {
      title: 'Microphone gives only silence',
      body: 'The recording goes on. Open Tallylight to see what can be done',
    },
  ],
  [
    'fails',
    troubled('device-failed'),
    { title: 'Needs a look', body: `Microphone: ${errorOf('device-failed').message}` },
  ],
  ['was ended by the person', troubled('consent-revoked'), undefined],
])('under the Electron double a channel that %s is told once a recording', async (_what, channel, notice) => {
  const launched = await recording();
  const { capture } = launched;
  for (const channels of [
    [channel, system],
    [mic, system],
    [channel, system],
    [channel, system],
  ])
    capture.tell({ state: 'recording' }, { lamp: 'live', channels });
  expect(told(launched).slice(1)).toEqual(notice === undefined ? [] : [notice]);
  capture.tell({ id: 'cap-2', state: 'recording' }, { lamp: 'live', channels: [mic, system] });
  capture.tell({ id: 'cap-2', state: 'recording' }, { lamp: 'live', channels: [channel, system] });
  expect(told(launched).slice(1)).toEqual(notice === undefined ? [] : [notice, notice]);
});

test('under the Electron double a recording that stops early is told with why', async () => {
  const launched = await recording();
  launched.capture.tell({ state: 'failed' }, { lamp: 'trouble', trouble: errorOf('disk-full') });
  expect(told(launched).at(-1)).toEqual({
    title: 'Recording has stopped early',
    body: errorOf('disk-full').message,
  });
});

test('under the Electron double nothing is told to who looks at the window, turned it off, or whose system cannot', async () => {
  const looking = await launch();
  appWindow(looking.world).focused = true;
  looking.capture.tell({ state: 'starting' });
  looking.capture.tell({ state: 'recording' }, { lamp: 'live' });
  expect(told(looking)).toEqual([]);

  const off = await launch();
  const settings = { ...UNTOUCHED_SETTINGS, chosen: { ...DEFAULT_SETTINGS, notifications: false } };
  off.capture.tell({ state: 'starting' }, { settings });
  off.capture.tell({ state: 'recording' }, { lamp: 'live', settings });
  expect(told(off)).toEqual([]);

  expect(told(await recording({ notifies: false }))).toEqual([]);
});

test('under the Electron double a press on a notification shows the window', async () => {
  const { world } = await recording();
  fire(world.notices[0]?.key ?? '', 'click');
  expect(appWindow(world).visible).toBe(true);
});

test('under the Electron double notifications speak Spanish where it is spoken', async () => {
  const launched = await recording({ languages: ['es-ES'] });
  launched.capture.tell({ state: 'recording' }, { lamp: 'live', channels: [troubled('channel-silent')] });
  expect(told(launched).map(({ title }) => title)).toEqual([
    'La grabación ha comenzado',
    'Microphone solo da silencio',
  ]);
});
