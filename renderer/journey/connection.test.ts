import { expect, test } from 'vitest';
import { SCENES, snapshotOf } from './snapshots.ts';
import { eventually, openedStage } from './stage.ts';

const open = openedStage();
const LOST = 'Tallylight does not answer. If you closed it, nothing is being captured.';

test('[P04] without main there is no light, no time and no button, and it says what nobody can know', async () => {
  const { page, main } = await open(SCENES.recording());
  await page.locator('.lamp-live').waitFor();
  main.goAway();
  await page.getByText(LOST).waitFor();
  expect(await page.getByText('cannot know whether anything is being captured').isVisible()).toBe(true);
  expect(await page.locator('.lamp-unknown').count()).toBe(1);
  expect(await page.locator('.lamp-word').textContent()).toBe('No answer');
  expect(await page.getByRole('button').count()).toBe(0);
  await eventually(() => page.title()).toBe('◌ No answer Tallylight');
  expect(await page.locator('link[rel=icon]').getAttribute('href')).toBe('./lamp-unknown.svg');
  expect(await page.getByRole('status').textContent()).toBe('Tallylight does not answer.');
});

test('when main is back the face shows what it says now, even if that main counts from the beginning', async () => {
  const { page, main } = await open(SCENES.recording());
  await page.locator('.lamp-live').waitFor();
  main.goAway();
  await page.getByText(LOST).waitFor();
  main.comeBack({ ...SCENES.paused(), revision: 1 });
  await page.locator('.lamp-paused').waitFor();
  await page.getByRole('button', { name: 'Resume' }).waitFor();
});

test('a call that was under way when main went is forgotten with it', async () => {
  const { page, main } = await open(SCENES.recording());
  main.expect('session.pause');
  main.hold();
  await page.getByRole('button', { name: 'Pause' }).click();
  await eventually(() => main.calls.length).toBe(1);
  main.goAway();
  await page.getByText(LOST).waitFor();
  main.comeBack(SCENES.recording());
  await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('[P04] a main that hangs with its socket open loses its light', async () => {
  const { page, main } = await open(SCENES.ready(), {}, (page) => page.clock.install());
  await page.getByRole('button', { name: 'Agree and start' }).waitFor();
  main.hang();
  main.say(SCENES.recording());
  await page.locator('.lamp-live').waitFor();
  await page.clock.fastForward(2000);
  await eventually(() => main.questions).toBeGreaterThan(0);
  await page.clock.fastForward(3000);
  await page.getByText(LOST).waitFor();
  expect(await page.locator('.lamp-unknown').count()).toBe(1);
  main.wake();
  main.say(SCENES.recording());
  await page.locator('.lamp-live').waitFor();
});

test('[P04] time goes on by itself while the lamp is live and stands still when it is not', async () => {
  const { page, main } = await open(SCENES.ready(), {}, (page) => page.clock.install({ time: 0 }));
  await page.clock.pauseAt(3_600_000);
  const time = page.locator('h1 time');
  main.say(SCENES.recording());
  await time.getByText('41:07').waitFor();
  await page.clock.runFor(1600);
  await time.getByText('41:09').waitFor();
  await eventually(() => page.title()).toBe('● 41:09 Tallylight');

  main.say(snapshotOf({ state: 'recording', activeMs: 2_469_500 }, { lamp: 'trouble' }));
  await page.locator('.lamp-trouble').waitFor();
  await page.clock.runFor(60_000);
  expect(await time.textContent()).toBe('41:09');
  expect(await page.title()).toBe('◌ 41:09 Tallylight');
});

test('a window that was given a bridge by its preload uses that one', async () => {
  const paused = SCENES.paused();
  const { page, main } = await open(paused, {}, (page) =>
    page.addInitScript((snapshot) => {
      const tallylight = {
        call: async () => ({ ok: true, value: snapshot }),
        onSnapshot: (listener: (value: unknown) => void) => {
          listener(snapshot);
          return () => undefined;
        },
      };
      Object.assign(window, { tallylight });
    }, paused),
  );
  await page.locator('.lamp-paused').waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
  expect(main.calls).toEqual([]);
});
