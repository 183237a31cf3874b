import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { drawn } from './face-page.ts';
import type { Scene } from './snapshots.ts';
import { SCENES, snapshotOf } from './snapshots.ts';
import { eventually, openedStage } from './stage.ts';

const open = openedStage('real', 'overlay.html');
/** As app/desktop/overlay.ts makes its window. */
const SMALL: BrowserContextOptions = { viewport: { width: 400, height: 40 } };

/** Scene, word of the lamp, what is said beside it, what is in trouble, the buttons. */
const PICTURE: readonly (readonly [Scene, string, string, string | null, readonly string[]])[] = [
  ['consenting', 'Off', 'Off', null, ['Stop']],
  ['starting', 'Off', 'Starting', null, ['Pause', 'Stop']],
  ['recording', 'Live', '41:', null, ['Pause', 'Stop']],
  ['recording-trouble', 'Live', '41:', 'System audio: Reconnecting', ['Pause', 'Stop']],
  ['recording-stalled', 'Needs a look', '41:07', 'Microphone: Reconnecting +2', ['Pause', 'Stop']],
  ['recording-revoked', 'Live', '41:', null, ['Pause', 'Stop']],
  ['paused', 'Paused', 'Paused41:07', null, ['Resume', 'Stop']],
  ['stopping', 'Off', 'Stopping', null, []],
];

async function seen(page: Page) {
  const heading = page.getByRole('heading', { level: 1 });
  const trouble = page.locator('.light-trouble');
  const buttons = await page.getByRole('button').all();
  return {
    lamp: await heading.locator('.unseen').textContent(),
    beside: (await heading.locator(':scope > :not(.unseen)').allTextContents()).join(''),
    trouble: (await trouble.count()) === 0 ? null : await trouble.textContent(),
    buttons: await Promise.all(buttons.map((button) => button.getAttribute('aria-label'))),
  };
}

test('[P04] the light shows the lamp, the time, which channel is in trouble, and the way out', async () => {
  const { page, main } = await open(SCENES.recording(), SMALL);
  for (const [scene, lamp, beside, trouble, buttons] of PICTURE) {
    const snapshot = SCENES[scene]();
    main.say(snapshot);
    await drawn(page, snapshot);
    expect({ scene, ...(await seen(page)) }).toEqual({
      scene,
      lamp,
      beside: expect.stringContaining(beside),
      trouble,
      buttons,
    });
  }
});

test('it never offers to agree or to record anew, not by its keys either: the terms are elsewhere', async () => {
  const { page, main } = await open(SCENES['ready-chosen'](), SMALL);
  for (const scene of ['ready-chosen', 'delivering', 'complete', 'failed'] as const) {
    const snapshot = SCENES[scene]();
    main.say(snapshot);
    await drawn(page, snapshot);
    expect(await page.getByRole('button').count()).toBe(0);
    await page.keyboard.press('Control+Shift+KeyR');
  }
  // Had one of them been sent, this later one would not be the first.
  main.expect('session.stop');
  const recording = SCENES.recording();
  main.say(recording);
  await drawn(page, recording);
  await page.getByRole('button', { name: 'Stop' }).click();
  await eventually(() => main.calls).toEqual([{ name: 'session.stop', request: {} }]);
});

test('[P05][P06] pause, resume and stop by keyboard alone, with the focus in sight', async () => {
  const { page, main } = await open(SCENES.recording(), SMALL);
  for (const name of ['session.pause', 'session.resume', 'session.stop'] as const) main.expect(name);
  const focused = () =>
    page.evaluate(() => ({
      name: document.activeElement?.getAttribute('aria-label'),
      ring: getComputedStyle(document.activeElement ?? document.body).outlineStyle,
    }));
  await page.keyboard.press('Tab');
  expect(await focused()).toEqual({ name: 'Pause', ring: 'solid' });
  await page.keyboard.press('Enter');
  const paused = SCENES.paused();
  main.say(paused);
  await drawn(page, paused);
  expect(await focused()).toEqual({ name: 'Resume', ring: 'solid' });
  await page.keyboard.press('Space');
  const again = SCENES.recording();
  main.say(again);
  await drawn(page, again);
  await page.keyboard.press('Control+Shift+KeyP');
  await page.keyboard.press('Tab');
  expect(await focused()).toEqual({ name: 'Stop', ring: 'solid' });
  await page.keyboard.press('Enter');
  await eventually(() => main.calls.map(({ name }) => name)).toEqual([
    'session.pause',
    'session.resume',
    'session.pause',
    'session.stop',
  ]);
});

test('[P04] the light follows each snapshot, and its time goes on while it is live', async () => {
  const { page, main } = await open(SCENES.paused(), SMALL, (page) => page.clock.install({ time: 0 }));
  await page.clock.pauseAt(3_600_000);
  main.say(SCENES.recording());
  await page.locator('.lamp-live').waitFor();
  const time = page.locator('time');
  await time.getByText('41:07').waitFor();
  await page.clock.runFor(1600);
  await time.getByText('41:09').waitFor();
  const meter = page.getByRole('meter', { name: 'Level of Microphone' });
  expect(await meter.getAttribute('aria-valuetext')).toBe('-23 dB');
  const { session, channels } = SCENES.recording();
  const louder = channels.map((channel) => ({ ...channel, levelDb: channel.levelDb === null ? null : -6 }));
  main.say(snapshotOf(session, { lamp: 'live', channels: louder }));
  await eventually(() => meter.getAttribute('aria-valuetext')).toBe('-6 dB');
  await eventually(() => page.title()).toContain('●');
  main.say(SCENES.paused());
  await page.locator('.lamp-paused').waitFor();
  await page.clock.runFor(60_000);
  expect(await time.textContent()).toBe('41:07');
  expect(await page.getByRole('meter').count()).toBe(0);
});

test('[P04] a main that is silent loses the light: no answer, no time, no button', async () => {
  const { page, main } = await open(SCENES.paused(), SMALL, (page) => page.clock.install());
  main.hang();
  main.say(SCENES.recording());
  await page.locator('.lamp-live').waitFor();
  await page.clock.fastForward(2000);
  await eventually(() => main.questions).toBeGreaterThan(0);
  await page.clock.fastForward(3000);
  await page.locator('.lamp-unknown').waitFor();
  expect(await seen(page)).toEqual({ lamp: 'No answer', beside: 'No answer', trouble: null, buttons: [] });
  expect(await page.getByRole('status').textContent()).toBe('Tallylight does not answer.');
  main.wake();
  main.say(SCENES.recording());
  await page.locator('.lamp-live').waitFor();
});

test('a press is one call, and until main has answered the button says so', async () => {
  const { page, main } = await open(SCENES.recording(), SMALL);
  main.expect('session.pause');
  main.hold();
  await page.getByRole('button', { name: 'Pause' }).click();
  const busy = page.getByRole('button', { name: 'Pausing' });
  await busy.click({ force: true });
  expect(await busy.getAttribute('aria-disabled')).toBe('true');
  main.release();
  await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
  expect(main.calls).toHaveLength(1);
});

test('it is dark on a light desktop too, and moved by taking it anywhere but at its buttons', async () => {
  const { page } = await open(SCENES.recording(), { ...SMALL, colorScheme: 'light' });
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe(
    'rgb(20, 20, 18)',
  );
  const region = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((one) => getComputedStyle(one).getPropertyValue('-webkit-app-region'));
  expect([await region('.light'), await region('.light-button')]).toEqual(['drag', 'no-drag']);
});

test('everything fits into its 400 × 40 pixels, and nothing is under 12 px', async () => {
  const { page, main } = await open(SCENES.recording(), SMALL);
  for (const [scene] of PICTURE) {
    const { session, ...rest } = SCENES[scene]();
    const snapshot = snapshotOf({ ...session, activeMs: 360_000_000 }, rest);
    main.say(snapshot);
    await drawn(page, snapshot);
    const found = await page.evaluate(() => {
      const isOut = ({ left, top, right, bottom }: DOMRect) =>
        left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
      const shown = [...document.querySelectorAll('.light *')].filter((one) => !one.matches('.unseen'));
      return {
        out: shown.filter((one) => isOut(one.getBoundingClientRect())).map((one) => one.outerHTML),
        small: shown.filter((one) => Number.parseFloat(getComputedStyle(one).fontSize) < 12).length,
        cramped: [...document.querySelectorAll('.light-trouble')].filter((one) => one.clientWidth < 60)
          .length,
      };
    });
    expect({ scene, ...found }).toEqual({ scene, out: [], small: 0, cramped: 0 });
  }
});

test('it speaks the language that is set, and is dark however the appearance is set', async () => {
  const { page, main } = await open(SCENES.recording(), SMALL);
  const { settings, session, ...rest } = SCENES['recording-trouble']();
  const snapshot = snapshotOf(session, {
    ...rest,
    settings: { ...settings, chosen: { ...settings.chosen, language: 'es', theme: 'light' } },
  });
  main.say(snapshot);
  await drawn(page, snapshot);
  expect(await seen(page)).toMatchObject({
    lamp: 'En vivo',
    trouble: 'Audio del sistema: Reconectando',
    buttons: ['Pausar', 'Detener'],
  });
  expect(await page.locator('html').getAttribute('lang')).toBe('es');
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe(
    'rgb(20, 20, 18)',
  );
});

test('reduced motion stops the easing of the meters and not the meters; forced colours leave the lamp its shape', async () => {
  const { page } = await open(SCENES.recording(), {
    ...SMALL,
    reducedMotion: 'reduce',
    forcedColors: 'active',
  });
  const fill = page.locator('.meter-fill').first();
  expect(await fill.evaluate((one) => getComputedStyle(one).transitionDuration)).toBe('0s');
  expect(await fill.getAttribute('style')).toContain('scaleX(0.6');
  const lamp = page.locator('.lamp circle:not(.lamp-halo)');
  expect(await lamp.evaluate((one) => getComputedStyle(one).fill)).not.toBe('none');
});

test.each(['light', 'dark'] as const)(
  'axe finds nothing at all in the light, on a %s desktop',
  async (colorScheme) => {
    const { page, main } = await open(SCENES.recording(), { ...SMALL, colorScheme });
    for (const [scene] of PICTURE) {
      const snapshot = SCENES[scene]();
      main.say(snapshot);
      await drawn(page, snapshot);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(({ id, nodes }) => ({
        id,
        where: nodes.map(({ target }) => target.join(' ')),
      }));
      expect({ scene, found }).toEqual({ scene, found: [] });
    }
  },
);
