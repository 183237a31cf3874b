import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';
import type { Bridge } from '../../contract/bridge/bridge.ts';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { ok } from '../../contract/result.ts';
import { SCENES } from '../journey/snapshots.ts';
import { received } from './changes.ts';
import type { Face } from './face.ts';
import { NEW_FACE } from './face.ts';
import { watchSilence } from './silence.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched(answer: () => Promise<Snapshot>) {
  const store = createStore<Face>(() => NEW_FACE);
  const asked: string[] = [];
  const bridge = {
    call: async (name: string) => {
      asked.push(name);
      return ok(await answer());
    },
  } as Pick<Bridge, 'call'> as Bridge;
  watchSilence(store, bridge, () => Date.now());
  const say = (snapshot: Snapshot) => store.setState((face) => received(face, snapshot, Date.now()));
  return { store, asked, say };
}

const never = () => new Promise<Snapshot>(() => undefined);

test('[P04] no light is shown longer than five seconds on the word of a main that hangs', async () => {
  const { store, say } = watched(never);
  say(SCENES.recording());
  await vi.advanceTimersByTimeAsync(4999);
  expect(store.getState().snapshot?.lamp).toBe('live');
  await vi.advanceTimersByTimeAsync(1);
  expect(store.getState()).toMatchObject({ connection: 'lost', snapshot: null });
});

test('a main that is only quiet is asked, answers, and stays', async () => {
  const { store, asked, say } = watched(async () => SCENES.recording());
  say(SCENES.recording());
  await vi.advanceTimersByTimeAsync(20_000);
  expect(store.getState().connection).toBe('connected');
  expect(asked.length).toBeGreaterThan(1);
});

test('a main that wakes up is believed again', async () => {
  const { store, say } = watched(never);
  say(SCENES.recording());
  await vi.advanceTimersByTimeAsync(5000);
  say(SCENES.recording());
  expect(store.getState()).toMatchObject({ connection: 'connected', snapshot: { lamp: 'live' } });
});

test('nobody is asked while nothing is live', async () => {
  const { asked, say } = watched(never);
  say(SCENES.paused());
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toEqual([]);
});
