import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Capture } from './test-capture.ts';
import { until } from './test-devices.ts';
import type { HotPlug } from './test-hot-plug.ts';
import { mediaOf, startHotPlug, takes } from './test-hot-plug.ts';

/** A sound or display server that dies in mid-recording and is started again at the same address. */
let world: HotPlug;

beforeAll(async () => {
  world = await startHotPlug();
});
afterEach(() => world.stopAll());
afterAll(() => world.close());

const endOf = (one: Capture, take: number) => {
  const last = mediaOf(one, take).at(-1)?.header;
  return (last?.startedAtMs ?? 0) + (last?.durationMs ?? 0);
};

/** What was recorded beside it, from start to end in one piece. */
async function expectUntouched(other: Capture): Promise<void> {
  const before = mediaOf(other, 1).length;
  await until(() => mediaOf(other, 1).length > before);
  await other.pipeline.stop();
  expect([takes(other), other.gaps, other.troubles]).toEqual([[1], [], []]);
  expect(other.states).toEqual(['starting', 'live', 'ended']);
}

describe('a server that is restarted', () => {
  test.each([
    ['sound', 'mic:default', 'display:1', 'sound-server-missing'],
    ['display', 'display:1', 'mic:default', 'display-server-missing'],
  ] as const)(
    'for %s has its channel back by itself, with a gap, and nothing else is touched',
    async (server, id, beside, code) => {
      const [one, other] = [await world.record(id), await world.record(beside)];
      await until(() => [one, other].every(({ states }) => states.includes('live')));
      await until(() => mediaOf(one, 1).length > 2);
      world[server].kill();
      // Longer than any row of restarts would have lasted before it was given up.
      await until(() => one.troubles.some((trouble) => trouble.code === code));
      expect(one.states.at(-1)).toBe('reconnecting');
      await world[server].restart();
      const restartedMs = one.sinceStartMs();
      await until(() => takes(one).length > 1 && mediaOf(one, takes(one).at(-1) ?? 0).length > 0);
      await expectUntouched(other);
      await one.pipeline.stop();

      expect(one.states).toEqual(['starting', 'live', 'reconnecting', 'live', 'ended']);
      expect(one.troubles.map((trouble) => trouble.code)).not.toContain('channel-lost');
      const back = takes(one).at(-1) ?? 0;
      expect(one.gaps).toHaveLength(1);
      expect(one.gaps[0]?.fromMs).toBeCloseTo(endOf(one, 1), 3);
      expect(one.gaps[0]?.toMs).toBe(mediaOf(one, back)[0]?.header.startedAtMs);
      expect((one.gaps[0]?.toMs ?? 0) - restartedMs).toBeLessThan(2_000);
      expect(one.gaps[0]?.reason).toBe(code);
    },
  );
});
