import { expect, test, vi } from 'vitest';
import { BRIDGE_CALL, BRIDGE_SNAPSHOT, CALL_NAMES } from '../../contract/bridge/names.ts';
import { type Launched, launch, logged, prepareLaunches } from './launch.ts';
import { appWindow, overlayOf } from './world.ts';

vi.mock('electron/common', () => import('./common.ts'));
vi.mock('electron/main', () => import('./main.ts'));
prepareLaunches();

async function invoke(
  { world }: Launched,
  senderFrame: object | null,
  ...given: unknown[]
): Promise<unknown> {
  const handler = world.ipcHandlers.get(BRIDGE_CALL);
  if (handler === undefined) throw new Error('nothing handles calls');
  return structuredClone(await handler({ senderFrame }, ...given));
}

test('under the Electron double a call of the own page reaches the capture and its answer comes back', async () => {
  const launched = await launch();
  const frame = appWindow(launched.world).mainFrame;
  expect(await invoke(launched, frame, 'session.pause', {})).toMatchObject({
    ok: true,
    value: { revision: 1 },
  });
  expect(launched.capture.calls).toEqual([{ name: 'session.pause', request: {} }]);
});

test.each([
  ['no frame', () => null],
  ['a frame with the right origin that is not the main frame', () => ({ origin: 'app://tallylight' })],
  ['a foreign frame', () => ({ origin: 'https://example.com' })],
  ['an opaque origin', () => ({ origin: 'null' })],
])(
  'under the Electron double a call from %s is refused and never reaches the capture',
  async (_who, frame) => {
    const launched = await launch();
    const answer = await invoke(launched, frame(), 'session.stop', {});
    expect(answer).toMatchObject({ ok: false, error: { code: 'out-of-scope' } });
    expect(launched.capture.calls).toEqual([]);
    expect(logged()).toContain('bridge.stranger');
  },
);

test('[P01] under the Electron double the light reads, pauses, resumes and stops, and nothing else', async () => {
  const launched = await launch();
  launched.capture.tell({ state: 'recording' }, { lamp: 'live' });
  const frame = overlayOf(launched.world)?.mainFrame ?? null;
  const allowed = ['snapshot.read', 'session.pause', 'session.resume', 'session.stop'];
  for (const name of CALL_NAMES) {
    const answer = await invoke(launched, frame, name, {});
    const refusal = { ok: false, error: { code: 'out-of-scope' } };
    expect({ name, answer }).toMatchObject({ name, answer: allowed.includes(name) ? { ok: true } : refusal });
  }
  expect(launched.capture.calls.map(({ name }) => name)).toEqual(allowed);
});

test('under the Electron double the page of a light that is gone is a stranger', async () => {
  const launched = await launch();
  launched.capture.tell({ state: 'recording' }, { lamp: 'live' });
  const frame = overlayOf(launched.world)?.mainFrame ?? null;
  launched.capture.tell({ state: 'complete' });
  expect(await invoke(launched, frame, 'snapshot.read', {})).toMatchObject({ ok: false });
  expect(logged()).toContain('bridge.stranger');
});

test.each(['https://example.com', 'app://tallylight.example', 'app://other', 'APP://tallylight', 'file://'])(
  'under the Electron double the main frame itself is refused once its origin is %s',
  async (origin) => {
    const launched = await launch();
    const window = appWindow(launched.world);
    Reflect.defineProperty(window.mainFrame, 'origin', { value: origin });
    expect(await invoke(launched, window.mainFrame, 'session.stop', {})).toMatchObject({ ok: false });
    expect(launched.capture.calls).toEqual([]);
  },
);

test.each([
  [undefined, {}],
  [7, {}],
  [{ toString: () => 'session.stop' }, {}],
  ['session.destroy', {}],
  ['__proto__', {}],
  ['session.stop', { extra: 1 }],
  ['session.stop', null],
])('under the Electron double the malformed call %s is answered with a failure', async (name, request) => {
  const launched = await launch();
  const answer = await invoke(launched, appWindow(launched.world).mainFrame, name, request);
  expect(answer).toMatchObject({ ok: false, error: { code: 'bad-request' } });
});

test('under the Electron double a bug behind a call is answered as internal and logged, without its cause', async () => {
  const launched = await launch();
  vi.spyOn(launched.capture, 'call').mockRejectedValue(new Error('the cause'));
  const answer = await invoke(launched, appWindow(launched.world).mainFrame, 'session.stop', {});
  expect(answer).toMatchObject({ ok: false, error: { code: 'internal' } });
  expect(JSON.stringify(answer)).not.toContain('the cause');
  expect(logged()).toContain('the cause');
});

test('under the Electron double every snapshot is sent whole to the page', async () => {
  const { world, capture } = await launch();
  capture.tell({ state: 'recording' }, { lamp: 'live' });
  const { sent } = appWindow(world);
  expect(sent.map(({ channel }) => channel)).toEqual([BRIDGE_SNAPSHOT, BRIDGE_SNAPSHOT]);
  expect(sent.at(-1)?.value).toMatchObject({
    revision: 2,
    lamp: 'live',
    session: { state: 'recording' },
    channels: [],
  });
});
