import { basename } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Lamp, SessionState } from '../../contract/bridge/snapshot.ts';
import { errorOf, fail } from '../../contract/result.ts';
import { DEFAULT_SETTINGS, UNTOUCHED_SETTINGS } from '../../contract/settings.ts';
import { channelOf } from './capture.ts';
import { fire, listeners, tell } from './events.ts';
import { choose } from './face.ts';
import { type Launched, launch, logged, prepareLaunches } from './launch.ts';
import { appWindow, callsOf, only } from './world.ts';

vi.mock('electron/common', () => import('./common.ts'));
vi.mock('electron/main', () => import('./main.ts'));
prepareLaunches();

const startedAt = '2026-11-23T12:00:00Z';
const troubled = { trouble: errorOf('channel-lost') };

function seen({ world }: Launched) {
  const tray = only(world.trays);
  return { icon: basename(tray.icon), title: appWindow(world).title, tooltip: tray.tooltip };
}

const enabled = ({ world }: Launched) =>
  only(world.trays).menu.items.flatMap((item) => (item.label && item.enabled !== false ? [item.label] : []));

test.each<[Lamp, SessionState, object]>([
  [
    'off',
    'idle',
    { icon: 'off-light.png', title: 'Tallylight', tooltip: 'Tallylight: Off. Nothing is being captured' },
  ],
  [
    'live',
    'recording',
    {
      icon: 'live-light.png',
      title: 'Live 41:07 – Tallylight',
      tooltip: 'Tallylight: Live 41:07. Kept: Default microphone. Live only: System audio',
    },
  ],
  [
    'paused',
    'paused',
    {
      icon: 'paused-light.png',
      title: 'Paused 41:07 – Tallylight',
      tooltip: 'Tallylight: Paused 41:07. Nothing is captured until you resume',
    },
  ],
  [
    'trouble',
    'recording',
    {
      icon: 'trouble-light.png',
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
      channelOf('display:1', { kind: 'display', state: 'lost', ...(lamp === 'trouble' ? troubled : {}) }),
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
  expect(seen(launched)).toMatchObject({ icon: 'off-light.png' });
});

test('under the Electron double every lamp is a template picture on macOS, with the time beside it', async () => {
  const launched = await launch({ platform: 'darwin' });
  const tray = only(launched.world.trays);
  for (const lamp of ['live', 'paused', 'trouble', 'off'] as const) {
    launched.capture.tell({ state: 'recording', startedAt, activeMs: 2_467_900 }, { lamp });
    expect(basename(tray.icon)).toBe(`${lamp}Template.png`);
    expect(tray.title).toBe('41:07');
  }
  launched.capture.tell({ state: 'delivering', startedAt, activeMs: 2_467_900 });
  expect(tray.title).toBe('');
});

test.each([
  ['linux', { dark: true }],
  ['win32', { darkTaskbar: true }],
] as const)(
  'under the Electron double the icon on %s follows the theme of the bar, also while it is shown',
  async (platform, dark) => {
    const launched = await launch({ platform });
    const { world, capture } = launched;
    capture.tell({ state: 'recording', startedAt }, { lamp: 'live' });
    expect(seen(launched)).toMatchObject({ icon: 'live-light.png' });
    world.machine = { ...world.machine, ...dark };
    tell('NativeTheme', 'updated');
    expect(seen(launched)).toMatchObject({ icon: 'live-dark.png' });
  },
);

test('under the Electron double the theme of apps says nothing of the taskbar of Windows', async () => {
  const launched = await launch({ platform: 'win32', dark: true });
  expect(seen(launched)).toMatchObject({ icon: 'off-light.png' });
});

test('under the Electron double the title of the page cannot replace the title that shows the lamp', async () => {
  const { world } = await launch();
  expect(fire(appWindow(world).key, 'page-title-updated', 'Nothing is recorded', true)).toBe(true);
});

test.each<[SessionState, string[]]>([
  ['idle', ['Start a recording…']],
  ['consenting', ['Stop']],
  ['starting', ['Pause', 'Stop']],
  ['recording', ['Pause', 'Stop']],
  ['paused', ['Resume', 'Stop']],
  ['stopping', []],
  ['delivering', ['Start a recording…']],
  ['complete', ['Start a recording…']],
  ['failed', ['Start a recording…']],
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

const told = ({ world }: Launched) => {
  const tray = only(world.trays);
  return (tray.opened ?? tray.menu).items.flatMap((item) =>
    item.label && item.enabled === false ? [item.label] : [],
  );
};

test('[P14] under the Electron double the menu says since when it records, and what is kept and what is not', async () => {
  const launched = await launch();
  const channels = [
    channelOf('mic:default', { mode: 'keep' }),
    channelOf('display:1', { kind: 'display', mode: 'keep' }),
    channelOf('system_audio:default', { kind: 'system_audio', mode: 'live' }),
    channelOf('display:2', { kind: 'display', mode: 'keep', state: 'ended' }),
  ];
  launched.capture.tell({ state: 'recording', startedAt, activeMs: 2_467_900 }, { lamp: 'live', channels });
  const since = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' }).format(new Date(startedAt));
  expect(told(launched)).toEqual([
    'Live',
    `Since ${since}`,
    'Kept: Default microphone, Display 1',
    'Live only: System audio',
    'Start a recording…',
  ]);
});

test('under the Electron double the menu on Windows is made when it opens, with the time of that moment', async () => {
  const launched = await launch({ platform: 'win32' });
  const { world, capture } = launched;
  capture.tell({ state: 'recording', startedAt, activeMs: 1000 }, { lamp: 'live' });
  capture.tell({ state: 'recording', startedAt, activeMs: 2_467_900 }, { lamp: 'live' });
  expect(callsOf('Tray.setContextMenu')).toEqual([]);
  fire(only(world.trays).key, 'right-click');
  expect(told(launched)).toContain('Recorded: 41:07');
  choose(only(world.trays), 'Stop');
  expect(capture.calls).toEqual([{ name: 'session.stop', request: {} }]);
});

test('[P01] under the Electron double Start in the tray opens the window at the consent and starts nothing', async () => {
  const { world, capture } = await launch();
  choose(only(world.trays), 'Start a recording…');
  expect(appWindow(world).visible).toBe(true);
  expect(capture.calls).toEqual([]);
  capture.tell({ state: 'complete' });
  choose(only(world.trays), 'Start a recording…');
  expect(capture.calls).toEqual([{ name: 'session.renew', request: {} }]);
});

test('under the Electron double the shell speaks Spanish where this computer does', async () => {
  const { world } = await launch({ languages: ['es-MX', 'en-US'] });
  expect(only(world.trays).tooltip).toBe('Tallylight: Apagada. No se está capturando nada');
  expect(only(world.trays).menu.items.at(-1)?.label).toBe('Salir');
});

test('under the Electron double the shell speaks the language that is set, at once', async () => {
  const { world, capture } = await launch({ languages: ['es-MX'] });
  const chosen = { ...DEFAULT_SETTINGS, language: 'en' as const };
  capture.tell({}, { settings: { ...UNTOUCHED_SETTINGS, chosen } });
  expect(only(world.trays).tooltip).toBe('Tallylight: Off. Nothing is being captured');
  expect(only(world.trays).menu.items.at(-1)?.label).toBe('Quit');
});

test('under the Electron double a click on the tray of macOS opens its menu, and no window behind it', async () => {
  const { world } = await launch({ platform: 'darwin' });
  expect(listeners(only(world.trays).key, 'click')).toEqual([]);
});

test('under the Electron double a click on the tray brings the window back', async () => {
  const { world } = await launch();
  const window = appWindow(world);
  window.minimized = true;
  fire(only(world.trays).key, 'click');
  expect(window).toMatchObject({ visible: true, minimized: false });
});

test('under the Electron double the machine is kept awake while it records, and not while it is paused or over', async () => {
  const { world, capture } = await launch();
  const blockers: string[][] = [];
  for (const [state, lamp] of [
    ['idle', 'off'],
    ['recording', 'live'],
    ['recording', 'trouble'],
    ['paused', 'paused'],
    ['recording', 'live'],
    ['stopping', 'off'],
    ['delivering', 'off'],
  ] as const) {
    capture.tell({ state }, { lamp });
    blockers.push([...world.blockers.values()]);
  }
  const on = ['prevent-app-suspension'];
  expect(blockers).toEqual([[], on, on, [], on, on, []]);
});
