import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { fail, ok } from '../../contract/result.ts';
import { testSnapshot } from '../../main/bridge/test-snapshot.ts';
import type { Capture } from '../../main/host.ts';
import type { FaceServer } from './face-server.ts';
import { keepTheLight } from './light.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A recorder whose window the test opens and closes. */
function watched(pause: () => ReturnType<Capture['call']> = async () => ok({})) {
  let faces = 1;
  let tellFaces: (count: number) => void = () => undefined;
  let tell: (snapshot: Snapshot) => void = () => undefined;
  const calls: string[] = [];
  const told: string[] = [];
  const capture: Capture = {
    call: (name) => {
      calls.push(name);
      return pause();
    },
    onSnapshot: (listener) => {
      tell = listener;
      return () => {
        tell = () => undefined;
      };
    },
    media: async () => fail('recording-unknown'),
    close: async () => undefined,
  };
  const server: FaceServer = {
    link: () => 'http://127.0.0.1:1/enter?ticket=new',
    origin: 'http://127.0.0.1:1',
    faces: () => faces,
    onFaces: (listener) => {
      tellFaces = listener;
    },
    close: async () => undefined,
  };
  const letGo = keepTheLight(capture, server, (text) => told.push(text));
  const states = (state: Snapshot['session']['state']) =>
    tell(testSnapshot({ session: { ...testSnapshot().session, state } }));
  const windows = (count: number) => {
    faces = count;
    tellFaces(count);
  };
  return { calls, told, letGo, states, windows };
}

test('[P04] a recording whose window is gone is paused, and the terminal says how to go on', async () => {
  const t = watched();
  t.states('recording');
  t.windows(0);
  await vi.advanceTimersByTimeAsync(9999);
  expect(t.calls).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(t.calls).toEqual(['session.pause']);
  expect(t.told).toEqual([expect.stringContaining('http://127.0.0.1:1/enter?ticket=new')]);
});

test('a page that comes back in time changes nothing', async () => {
  const t = watched();
  t.states('recording');
  t.windows(0);
  await vi.advanceTimersByTimeAsync(9000);
  t.windows(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(t.calls).toEqual([]);
});

test('a recording that begins without a window is paused too', async () => {
  const t = watched();
  t.windows(0);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(t.calls).toEqual([]);
  t.states('starting');
  t.states('recording');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(t.calls).toEqual(['session.pause']);
});

test('where the pause is refused it is asked for again', async () => {
  const t = watched(async () => fail('internal'));
  t.states('recording');
  t.windows(0);
  await vi.advanceTimersByTimeAsync(10_000);
  t.states('recording');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(t.calls).toEqual(['session.pause', 'session.pause']);
  expect(t.told).toEqual([]);
});

test('nothing is paused that does not record, or after it was let go', async () => {
  const t = watched();
  t.states('paused');
  t.windows(0);
  await vi.advanceTimersByTimeAsync(60_000);
  t.states('recording');
  t.letGo();
  t.states('recording');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(t.calls).toEqual([]);
});
