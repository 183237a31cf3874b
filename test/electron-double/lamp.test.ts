import { basename } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Lamp, SessionState } from '../../contract/bridge/snapshot.ts';
import { errorOf, fail } from '../../contract/result.ts';
import { channelOf } from './capture.ts';
import { fire } from './events.ts';
import { choose } from './face.ts';
import { type Launched, launch, logged, prepareLaunches } from './launch.ts';
import { callsOf, only } from './world.ts';

vi.mock('electron/common', () => import('./common.ts'));
vi.mock('electron/main', () => import('./main.ts'));
prepareLaunches();

const startedAt = '2026-11-23T12:00:00Z';
const troubled = { trouble: errorOf('channel-lost') };

function seen({ world }: Launched) {
  const tray = only(world.trays);
  return { icon: basename(tray.icon), title: only(world.windows).title, tooltip: tray.tooltip };
}

const enabled = ({ world }: Launched) =>
  only(world.trays).menu.items.flatMap((item) => (item.label && item.enabled !== false ? [item.label] : []));

test.each<[Lamp, SessionState, object]>([
  [
    'off',
    'idle',
    { icon: 'off.png', title: 'Tallylight', tooltip: 'Tallylight: Off. Nothing is being captured' },
  ],
  [
    'live',
    'recording',
    {
      icon: 'live.png',
      title: 'Live 41:07 – Tallylight',
      tooltip: 'Tallylight: Live 41:07. 1 kept, 1 live only',
    },
  ],
  [
    'paused',
    'paused',
    {
      icon: 'paused.png',
      title: 'Paused 41:07 – Tallylight',
      tooltip: 'Tallylight: Paused 41:07. Nothing is captured until you resume',
    },
  ],
  [
    'trouble',
    'recording',
    {
      icon: 'trouble.png',
      title: 'Needs a look 41:07 – Tallylight',
      tooltip: expect.stringContaining('Display 1: A channel stopped'),
    },
  ],
])(
  '[P04] under the Electron double icon, tooltip and title show the lamp %s together',
  async (lamp, state, shown) => {
    const launched = await launch();
    const channels = [
      channelOf('mic:default', { mode: 'keep' }),
      channelOf('system_audio:default', { kind: 'system_audio' }),
      channelOf('display:1', { name: 'Display 1', state: 'lost', ...(lamp === 'trouble' ? troubled : {}) }),
    ];
    launched.capture.tell(
      { state, activeMs: 2_467_900, startedAt: state === 'idle' ? null : startedAt },
      { lamp, channels },
    );
    expect(seen(launched)).toEqual(shown);
  },
);

test('[P04] under the Electron double the lamp is shown at once, before the page has loaded', async () => {
  const launched = await launch();
  expect(seen(launched)).toMatchObject({ icon: 'off.png' });
});

test('under the Electron double only the unlit lamp is a template picture on macOS', async () => {
  const launched = await launch({ platform: 'darwin' });
  expect(seen(launched)).toMatchObject({ icon: 'offTemplate.png' });
  launched.capture.tell({ state: 'recording', startedAt }, { lamp: 'live' });
  expect(seen(launched)).toMatchObject({ icon: 'live.png' });
});

test('under the Electron double the title of the page cannot replace the title that shows the lamp', async () => {
  const { world } = await launch();
  expect(fire(only(world.windows).key, 'page-title-updated', 'Nothing is recorded', true)).toBe(true);
});

test.each<[SessionState, string[]]>([
  ['idle', []],
  ['consenting', ['Stop']],
  ['starting', ['Pause', 'Stop']],
  ['recording', ['Pause', 'Stop']],
  ['paused', ['Resume', 'Stop']],
  ['stopping', []],
  ['delivering', []],
  ['complete', []],
  ['failed', []],
])(
  'under the Electron double the tray menu in %s offers %s besides Open and Quit',
  async (state, actions) => {
    const launched = await launch();
    launched.capture.tell({ state });
    expect(enabled(launched)).toEqual(['Open Tallylight', ...actions, 'Quit']);
  },
);

test.each([
  ['[P05]', 'Pause', 'recording', 'session.pause'],
  ['[P05]', 'Resume', 'paused', 'session.resume'],
  ['[P06]', 'Stop', 'recording', 'session.stop'],
] as const)(
  '%s under the Electron double %s in the tray menu makes exactly one call',
  async (_id, label, state, name) => {
    const { world, capture } = await launch();
    capture.tell({ state });
    choose(only(world.trays), label);
    expect(capture.calls).toEqual([{ name, request: {} }]);
  },
);

test('under the Electron double a refused call from the tray menu is logged with its code', async () => {
  const { world, capture } = await launch();
  capture.tell({ state: 'recording' });
  capture.refusal = fail('not-now');
  choose(only(world.trays), 'Pause');
  await vi.waitFor(() => expect(logged()).toContain('"code":"not-now"'), { interval: 1 });
});

test('under the Electron double the menu stays as it is while only time passes', async () => {
  const { capture } = await launch();
  capture.tell({ state: 'recording', startedAt, activeMs: 1000 }, { lamp: 'live' });
  const before = callsOf('Tray.setContextMenu').length;
  for (const activeMs of [2000, 3000, 4000])
    capture.tell({ state: 'recording', startedAt, activeMs }, { lamp: 'live' });
  expect(callsOf('Tray.setContextMenu')).toHaveLength(before);
  expect(callsOf('Tray.setToolTip').at(-1)).toEqual([expect.stringContaining('0:04')]);
});

test('under the Electron double a click on the tray brings the window back', async () => {
  const { world } = await launch();
  const window = only(world.windows);
  window.minimized = true;
  fire(only(world.trays).key, 'click');
  expect(window).toMatchObject({ visible: true, minimized: false });
});

test('under the Electron double the machine is kept awake only while something is live', async () => {
  const { world, capture } = await launch();
  const blockers: string[][] = [];
  for (const lamp of ['off', 'live', 'live', 'paused', 'live', 'trouble', 'off'] as const) {
    capture.tell({ state: 'recording' }, { lamp });
    blockers.push([...world.blockers.values()]);
  }
  const on = ['prevent-app-suspension'];
  expect(blockers).toEqual([[], on, on, [], on, [], []]);
});
