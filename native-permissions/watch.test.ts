import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { said } from '../contract/spoken/spoken.ts';
import type { Permission, PermissionKind, PermissionState, SystemSettings } from './permission.ts';
import { permissionsFor } from './permissions.ts';
import { watching } from './watch.ts';

const KIND: PermissionKind = 'microphone';

/** A system whose looks end when the test says so. */
function system() {
  const open: (() => void)[] = [];
  let [state, looks, most]: [PermissionState, number, number] = ['granted', 0, 0];
  const status = async (kind: PermissionKind): Promise<Permission> => {
    looks++;
    const seen = state;
    await new Promise<void>((resolve) => {
      open.push(resolve);
      most = Math.max(most, open.length);
    });
    return { kind, state: seen, source: 'a test', said: said('unknown-system'), nextStep: null };
  };
  return {
    status,
    become: (next: PermissionState) => {
      state = next;
    },
    looks: () => looks,
    mostAtOnce: () => most,
    /** Every look that is under way ends. */
    answer: async () => {
      for (const end of open.splice(0)) end();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function listener() {
  const told: PermissionState[] = [];
  return { told, tell: ({ state }: Permission) => void told.push(state) };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

describe('those who watch one kind', () => {
  test('share every look, and each is told the present state first and then every change', async () => {
    const on = system();
    const { watch } = watching(on.status, 1_000);
    const [one, other, late] = [listener(), listener(), listener()];
    watch(KIND, one.tell);
    watch(KIND, other.tell);
    await on.answer();
    expect([on.looks(), one.told, other.told]).toEqual([1, ['granted'], ['granted']]);
    for (const _ of [1, 2, 3]) {
      vi.advanceTimersByTime(1_000);
      await on.answer();
    }
    expect([on.looks(), one.told]).toEqual([4, ['granted']]);
    on.become('denied');
    watch(KIND, late.tell);
    await on.answer();
    expect([one.told, other.told, late.told]).toEqual([
      ['granted', 'denied'],
      ['granted', 'denied'],
      ['denied'],
    ]);
  });

  test('are told of what was seen after they were told to look, and no two looks run at once', async () => {
    const on = system();
    const { watch, lookNow } = watching(on.status, 1_000);
    const [one, other] = [listener(), listener()];
    watch(KIND, one.tell);
    on.become('denied');
    lookNow(KIND);
    vi.advanceTimersByTime(10_000);
    watch(KIND, other.tell);
    await on.answer();
    await on.answer();
    expect([one.told, other.told]).toEqual([
      ['granted', 'denied'],
      ['granted', 'denied'],
    ]);
    expect([on.looks(), on.mostAtOnce()]).toEqual([2, 1]);
  });

  test('are not told once they have ended, and nobody looks once all have', async () => {
    const on = system();
    const { watch, lookNow } = watching(on.status, 1_000);
    const [one, other] = [listener(), listener()];
    const ends = [watch(KIND, one.tell), watch(KIND, other.tell)];
    ends[0]?.();
    await on.answer();
    expect([one.told, other.told]).toEqual([[], ['granted']]);
    ends[1]?.();
    vi.advanceTimersByTime(10_000);
    lookNow(KIND);
    expect([on.looks(), vi.getTimerCount()]).toEqual([1, 0]);

    // Whoever watches again while the last look is still out waits for that one.
    const end = watch(KIND, one.tell);
    end();
    watch(KIND, other.tell);
    expect(on.looks()).toBe(2);
    await on.answer();
    expect([one.told, other.told, on.mostAtOnce()]).toEqual([[], ['granted', 'granted'], 1]);
  });
});

test('a watcher keeps no process alive', async () => {
  vi.useRealTimers();
  const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const on = system();
  const end = watching(on.status, 60_000).watch(KIND, () => undefined);
  expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout')).toHaveLength(before);
  end();
  await on.answer();
});

test('Windows without a call to read its registry by is looked at every 5 s, once for everybody', async () => {
  let looks = 0;
  const unexpected = async () => {
    throw new Error('nobody is asked');
  };
  const settings: SystemSettings = {
    mediaAccess: () => {
      looks++;
      return 'granted';
    },
    askForMedia: unexpected,
    touchScreen: unexpected,
    openUrl: unexpected,
  };
  const { watch } = permissionsFor({ platform: 'win32', env: {}, settings });
  const [one, other] = [listener(), listener()];
  const ends = [watch(KIND, one.tell), watch(KIND, other.tell)];
  const told = async (count: number) => {
    while (looks < count) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  };
  await told(1);
  vi.advanceTimersByTime(4_900);
  await told(1);
  expect([looks, one.told, other.told]).toEqual([1, ['unknown'], ['unknown']]);
  vi.advanceTimersByTime(100);
  await told(2);
  expect(looks).toBe(2);
  for (const end of ends) end();
});
