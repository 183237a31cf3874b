import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { BRIDGE_CALL, BRIDGE_SNAPSHOT, CALL_NAMES } from '../../contract/bridge/names.ts';
import { deliver, page } from './renderer.ts';
import { freshWorld, type Listener } from './world.ts';

vi.mock('electron/renderer', () => import('./renderer.ts'));

let api: Readonly<Record<string, Listener>> = {};
let answer = Promise.withResolvers<unknown>();

beforeAll(async () => {
  await import('../../app/desktop/preload/preload.ts');
  api = page.exposed.get('tallylight') ?? {};
});

beforeEach(() => {
  freshWorld();
  page.listeners.clear();
  answer = Promise.withResolvers();
  page.answer = vi.fn(() => answer.promise);
});

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('under the Electron double the preload exposes window.tallylight with call and onSnapshot, and nothing else', () => {
  expect([...page.exposed.keys()]).toEqual(['tallylight']);
  expect(Object.keys(api).sort()).toEqual(['call', 'onSnapshot']);
});

test.each(CALL_NAMES)('under the Electron double %s goes to main and its answer comes back', async (name) => {
  const request = { any: 'shape' };
  const answered = api.call?.(name, request);
  answer.resolve({ ok: true, value: 1 });
  expect(await answered).toEqual({ ok: true, value: 1 });
  expect(page.answer).toHaveBeenCalledExactlyOnceWith(BRIDGE_CALL, name, request);
});

test.each([['session.destroy'], [''], ['toString'], ['__proto__'], [undefined], [7], [['session.stop']]])(
  'under the Electron double the call name %j never leaves the preload',
  async (name) => {
    answer.resolve({ ok: true });
    await expect(api.call?.(name, {})).rejects.toThrow('no such call');
    expect(page.answer).not.toHaveBeenCalled();
  },
);

test('under the Electron double onSnapshot tells the latest snapshot and each further one, without the IPC event', async () => {
  const listener = vi.fn();
  api.onSnapshot?.(listener);
  expect(page.answer).toHaveBeenCalledExactlyOnceWith(BRIDGE_CALL, 'snapshot.read', {});
  answer.resolve({ ok: true, value: { revision: 1 } });
  await settled();
  deliver(BRIDGE_SNAPSHOT, { revision: 2 });
  expect(listener.mock.calls).toEqual([[{ revision: 1 }], [{ revision: 2 }]]);
});

test('under the Electron double an answer that is older than a sent snapshot is not told', async () => {
  const listener = vi.fn();
  api.onSnapshot?.(listener);
  deliver(BRIDGE_SNAPSHOT, { revision: 2 });
  answer.resolve({ ok: true, value: { revision: 1 } });
  await settled();
  expect(listener.mock.calls).toEqual([[{ revision: 2 }]]);
});

test('under the Electron double unsubscribing ends it, also for the answer that is still on its way', async () => {
  const listener = vi.fn();
  const unsubscribe = api.onSnapshot?.(listener);
  if (typeof unsubscribe !== 'function') throw new Error('onSnapshot returns no unsubscribe');
  unsubscribe();
  deliver(BRIDGE_SNAPSHOT, { revision: 2 });
  answer.resolve({ ok: true, value: { revision: 1 } });
  await settled();
  expect(listener).not.toHaveBeenCalled();
});

test.each([
  ['refuses', () => answer.resolve({ ok: false, error: { code: 'internal' } })],
  ['is gone', () => answer.reject(new Error('no handler'))],
])('under the Electron double no snapshot is told while main %s', async (_what, happens) => {
  const listener = vi.fn();
  api.onSnapshot?.(listener);
  happens();
  await settled();
  expect(listener).not.toHaveBeenCalled();
});
