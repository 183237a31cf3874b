import { expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import { ok } from '../../contract/result.ts';
import { watchDefault } from './default-watch.ts';
import { MIC } from './test-capture.ts';
import { handTimers } from './test-timers.ts';

const OTHER: Channel = { ...MIC, device: 'other' };

/** A watch whose time passes by hand. */
function watch({ isCheap = false }: { isCheap?: boolean } = {}) {
  const world = { named: 'a' as string | undefined, device: MIC, listings: 0, moved: 0 };
  const { later, pass } = handTimers();
  const stop = watchDefault(
    {
      channel: MIC,
      locate: async () => {
        world.listings++;
        return ok(world.device);
      },
      named: () => world.named,
      isCheap,
      later,
    },
    () => {
      world.moved++;
    },
  );
  return { world, pass, stop };
}

test('a system that names its default is asked every 750 ms, and ffmpeg only when the name is another one', async () => {
  const { world, pass } = watch();
  for (let looks = 0; looks < 20; looks++) expect(await pass()).toBe(750);
  expect(world).toMatchObject({ listings: 1, moved: 0 });
  Object.assign(world, { named: 'b', device: OTHER });
  await pass();
  expect(world).toMatchObject({ listings: 2, moved: 1 });
  expect(await pass()).toBeUndefined();
});

test('a name that changes while the list is still the old one is asked for again', async () => {
  const { world, pass } = watch();
  await pass();
  world.named = 'b';
  await pass();
  // The list was of before the change of the name.
  world.named = 'c';
  world.device = OTHER;
  await pass();
  expect(world).toMatchObject({ listings: 3, moved: 1 });
});

test.each([
  [true, 750],
  [false, 3_000],
])(
  'where the system names nothing the list is asked: at a low rate where ffmpeg prints it (cheap: %s)',
  async (isCheap, delayMs) => {
    const { world, pass, stop } = watch({ isCheap });
    world.named = undefined;
    await pass();
    expect(await pass()).toBe(delayMs);
    expect(world.listings).toBe(2);
    stop();
    expect(await pass()).toBeUndefined();
  },
);
