import { expect, test } from 'vitest';
import { drawn } from './face-page.ts';
import { unfold } from './in-page.ts';
import { seriousIn } from './serious.ts';
import { SCENES, setTo, snapshotOf } from './snapshots.ts';
import { eventually, openedStage } from './stage.ts';

const open = openedStage();

test('the page has its landmarks and one status for announcements', async () => {
  const { page } = await open(SCENES.recording());
  await page.locator('.lamp-live').waitFor();
  for (const landmark of ['banner', 'main', 'status'] as const)
    expect(await page.getByRole(landmark).count()).toBe(1);
  expect(await page.getByRole('region', { name: 'Actions' }).count()).toBe(1);
});

test('each change of state is announced once, whatever the numbers do meanwhile', async () => {
  const { page, main } = await open(SCENES.ready());
  await page.getByRole('button', { name: 'Agree and start' }).waitFor();
  await page.evaluate(() => {
    const status = document.querySelector('[role=status]');
    const heard: string[] = [];
    Object.assign(window, { heard });
    if (status !== null)
      new MutationObserver(() => heard.push(status.textContent ?? '')).observe(status, {
        childList: true,
        characterData: true,
        subtree: true,
      });
  });
  const told = [
    ['starting', 'Starting'],
    ['recording', 'Live. 2 kept and 1 live only.'],
    ['paused', 'Paused. Nothing is captured until you resume.'],
    ['stopping', 'Stopping'],
    ['delivering', 'Stopped. What you chose to keep is being delivered.'],
    ['complete', 'Complete. Nothing is being captured.'],
  ] as const;
  for (const [scene, announcement] of told) {
    for (let again = 0; again < 3; again += 1) main.say(SCENES[scene]());
    await page.getByRole('status').getByText(announcement, { exact: true }).waitFor();
  }
  const heard = await page.evaluate(() => (window as unknown as { heard: string[] }).heard);
  expect(heard).toEqual(told.map(([, announcement]) => announcement));
});

test('trouble interrupts, a lost connection does not, and there is never more than one note', async () => {
  const { page, main } = await open(SCENES['recording-trouble']());
  await page.getByRole('alert').getByText('System audio: The device could not be opened').waitFor();
  main.say(SCENES['recording-offline']());
  await page
    .getByText('Not delivered yet: 3 min 12 s. No connection to the media service since 14:19.')
    .waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  expect(await page.locator('.note').count()).toBe(1);
});

test('the level meters say their level in words and move with every snapshot', async () => {
  const { page, main } = await open(SCENES.recording());
  const meter = page.getByRole('meter', { name: 'Level of Microphone' });
  await meter.waitFor();
  expect(await meter.getAttribute('aria-valuetext')).toBe('-23 dB');
  const { channels, session } = SCENES.recording();
  const louder = channels.map((channel) => ({ ...channel, levelDb: channel.levelDb === null ? null : -6 }));
  main.say(snapshotOf(session, { lamp: 'live', channels: louder }));
  await eventually(() => meter.getAttribute('aria-valuetext')).toBe('-6 dB');
  expect(await meter.locator('.meter-fill').getAttribute('style')).toBe('transform: scaleX(0.9);');
  expect(await page.getByRole('meter').count()).toBe(2);
});

test('reduced motion stops the easing of the meters and not the meters', async () => {
  const { page } = await open(SCENES.recording(), { reducedMotion: 'reduce' });
  const fill = page.locator('.meter-fill').first();
  await fill.waitFor();
  expect(await fill.evaluate((one) => getComputedStyle(one).transitionDuration)).toBe('0s');
  expect(await fill.getAttribute('style')).toContain('scaleX(0.6');
});

test('with forced colours the lamp still has its shape and a chosen mode still stands out', async () => {
  const { page } = await open(SCENES.ready(), { forcedColors: 'active' });
  const chosen = page.locator('.mode input:checked + span').first();
  await chosen.waitFor();
  const plain = page.locator('.mode input:not(:checked) + span').first();
  const background = (one: Element) => getComputedStyle(one).backgroundColor;
  expect(await chosen.evaluate(background)).not.toBe(await plain.evaluate(background));
  expect(await page.locator('.lamp circle').evaluate((one) => getComputedStyle(one).stroke)).not.toBe('none');
});

/** Half of the scenes a test: axe takes its time on a busy machine. */
const HALVES = [0, 1].map((half) => Object.entries(SCENES).filter((_, index) => index % 2 === half));

test.each([
  ['light', 'en', 'first'],
  ['light', 'en', 'second'],
  ['dark', 'es', 'first'],
  ['dark', 'es', 'second'],
] as const)(
  'axe finds nothing serious in any state, %s and in %s, with every choice unfolded (%s half)',
  async (colorScheme, language, half) => {
    const { page, main } = await open(SCENES.ready(), { colorScheme });
    for (const [scene, make] of HALVES[half === 'first' ? 0 : 1] ?? []) {
      const snapshot = setTo({ language }, make());
      main.say(snapshot);
      await drawn(page, snapshot);
      await page.evaluate(unfold);
      expect({ scene, serious: await seriousIn(page) }).toEqual({ scene, serious: [] });
    }
  },
);
