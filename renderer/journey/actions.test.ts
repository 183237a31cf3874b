import { expect, test } from 'vitest';
import type { CallName } from '../../contract/bridge/names.ts';
import { errorOf, fail } from '../../contract/result.ts';
import { drawn } from './face-page.ts';
import type { Scene } from './snapshots.ts';
import { SCENES } from './snapshots.ts';
import { eventually, openedStage } from './stage.ts';

const open = openedStage();

/** Scene, button, shortcut, the call. */
const TABLE: readonly (readonly [Scene, string, string, CallName])[] = [
  ['starting', 'Pause', 'Control+Shift+P', 'session.pause'],
  ['starting', 'Stop', 'Control+Shift+S', 'session.stop'],
  ['recording', 'Pause', 'Control+Shift+P', 'session.pause'],
  ['recording', 'Stop', 'Control+Shift+S', 'session.stop'],
  ['recording-trouble', 'Stop', 'Control+Shift+S', 'session.stop'],
  ['paused', 'Resume', 'Control+Shift+P', 'session.resume'],
  ['paused', 'Stop', 'Control+Shift+S', 'session.stop'],
  ['delivering', 'New recording', 'Control+Shift+R', 'session.renew'],
  ['complete', 'New recording', 'Control+Shift+R', 'session.renew'],
  ['failed', 'New recording', 'Control+Shift+R', 'session.renew'],
];

test('[P05] [P06] every button makes exactly its call, and so does its shortcut', async () => {
  const { page, main } = await open(SCENES.ready());
  for (const [scene, button, keys, name] of TABLE) {
    main.expect(name);
    const snapshot = SCENES[scene]();
    main.say(snapshot);
    await drawn(page, snapshot);
    await page.getByRole('button', { name: button, exact: true }).click();
    await eventually(() => main.calls.length).toBe(1);
    await page.getByRole('button', { name: button, exact: true }).waitFor();
    await page.keyboard.press(keys);
    await eventually(() => main.calls.length).toBe(2);
    expect({ scene, calls: main.calls.splice(0) }).toEqual({
      scene,
      calls: [
        { name, request: {} },
        { name, request: {} },
      ],
    });
  }
});

test('[P05] a click on Pause shows at once, and the light waits for the snapshot', async () => {
  const { page, main } = await open(SCENES.recording());
  main.expect('session.pause');
  main.hold();
  await page.getByRole('button', { name: 'Pause' }).click();
  const pausing = page.getByRole('button', { name: 'Pausing' });
  await pausing.waitFor();
  expect(await pausing.getAttribute('aria-disabled')).toBe('true');
  expect(await page.locator('.lamp-word').textContent()).toBe('Live');

  await pausing.click({ force: true });
  main.say(SCENES.paused());
  await page.locator('.lamp-paused').waitFor();
  main.release();
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  expect(main.calls.map(({ name }) => name)).toEqual(['session.pause']);
});

test('[P06] Stop works while main has not answered a pause', async () => {
  const { page, main } = await open(SCENES.recording());
  main.expect('session.pause');
  main.expect('session.stop');
  main.hold();
  await page.keyboard.press('Control+Shift+P');
  await page.getByRole('button', { name: 'Pausing' }).waitFor();
  await page.keyboard.press('Control+Shift+S');
  await eventually(() => main.calls.map(({ name }) => name)).toEqual(['session.pause', 'session.stop']);
  main.say(SCENES.stopping());
  await page.getByRole('heading', { name: 'Stopping' }).waitFor();
});

test('what main refuses is told with what to do, its code only in the details', async () => {
  const { page, main } = await open(SCENES.recording());
  main.expect('session.pause', () => fail('not-now', 'stopping'));
  await page.getByRole('button', { name: 'Pause' }).click();
  const alert = page.getByRole('alert');
  await alert.getByText(errorOf('not-now').message).waitFor();
  expect(await alert.getByText(errorOf('not-now').action).isVisible()).toBe(true);
  expect(await alert.getByText('not-now').isVisible()).toBe(false);
  await alert.getByText('Details').click();
  expect(await alert.getByText('not-now').isVisible()).toBe(true);
  expect(await page.locator('.lamp-word').textContent()).toBe('Live');
});

test('our shortcuts never reload the window, and single keys do nothing', async () => {
  const { page, main } = await open(SCENES.recording());
  await page.evaluate(() => document.body.setAttribute('data-same', 'page'));
  for (const keys of ['Control+Shift+R', 'p', 's', 'r', 'Shift+S', 'Control+S', 'Alt+S'])
    await page.keyboard.press(keys);
  main.say(SCENES.paused());
  await page.locator('.lamp-paused').waitFor();
  expect(await page.locator('body').getAttribute('data-same')).toBe('page');
  expect(main.calls).toEqual([]);
});
