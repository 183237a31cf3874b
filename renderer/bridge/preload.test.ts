import { expect, test, vi } from 'vitest';
import { fail } from '../../contract/result.ts';
import type { PreloadBridge } from './preload.ts';
import { preloadBridge } from './preload.ts';

const exposed: PreloadBridge = {
  call: () => Promise.resolve(fail('not-now')),
  onSnapshot: () => () => undefined,
};

test('a preload that says nothing of the connection counts as connected', () => {
  const told = vi.fn();
  preloadBridge(exposed).onConnection(told);
  expect(told.mock.calls).toEqual([[true]]);
});

test('a preload that tells of the connection is listened to and can be left', () => {
  const leave = () => undefined;
  const told = vi.fn();
  const stop = preloadBridge({
    ...exposed,
    onConnection: (listener) => {
      listener(false);
      return leave;
    },
  }).onConnection(told);
  expect(told.mock.calls).toEqual([[false]]);
  expect(stop).toBe(leave);
});
