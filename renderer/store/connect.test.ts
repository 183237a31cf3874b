import { expect, test } from 'vitest';
import type { Bridge } from '../../contract/bridge/bridge.ts';
import { SCENES } from '../journey/snapshots.ts';
import { connectFace } from './connect.ts';

function bridgeThat(call: Bridge['call']): Bridge {
  return {
    call,
    onSnapshot: (listener) => {
      listener(SCENES.paused());
      return () => undefined;
    },
    onConnection: (listener) => {
      listener(true);
      return () => undefined;
    },
  };
}

test('[P04] asking main to resume changes nothing but the calls under way', async () => {
  const { store, ask } = connectFace(
    bridgeThat(() => new Promise(() => undefined)),
    () => 0,
  );
  const before = store.getState();
  void ask('session.resume', {});
  expect(store.getState()).toEqual({ ...before, calls: [{ id: 0, name: 'session.resume', request: {} }] });
});

test('a bridge that breaks on a call is a refusal in words', async () => {
  const { store, ask } = connectFace(
    bridgeThat(() => Promise.reject(new Error('broken pipe'))),
    () => 0,
  );
  await ask('session.stop', {});
  expect(store.getState()).toMatchObject({
    calls: [],
    refused: { code: 'internal', detail: 'session.stop: Error: broken pipe' },
  });
});
