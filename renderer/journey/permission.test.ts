import { expect, test } from 'vitest';
import type { PermissionView } from '../../contract/bridge/snapshot.ts';
import { errorOf, ok } from '../../contract/result.ts';
import { inEnglish } from '../../contract/spoken/spoken.ts';
import {
  askForMicrophone,
  flatpakMicrophone,
  openScreenSettings,
  reopenForScreen,
  resetScreen,
} from './permission-views.ts';
import { SCENES, snapshotOf } from './snapshots.ts';
import { eventually, openedStage } from './stage.ts';

const stepWords = ({ nextStep }: PermissionView) => (nextStep === null ? '' : inEnglish(nextStep.said));

const open = openedStage();
const allowed = { ...askForMicrophone, state: 'granted', nextStep: null } as const;

test('[P02] what the system says and the one step that is next stand in the open, and the step is one button', async () => {
  const { page, main } = await open(SCENES['permission-settings']());
  main.expect('permission.open-settings', () => ok(SCENES['permission-reopen']()));
  main.expect('app.reopen');
  const alert = page.getByRole('alert');
  await alert.getByText(inEnglish(openScreenSettings.said)).waitFor();
  expect(await alert.getByText(stepWords(openScreenSettings)).isVisible()).toBe(true);
  expect(await alert.getByText(/permission-|screen-capture|denied/).count()).toBe(0);
  expect(await alert.getByText('Details').count()).toBe(0);
  expect(await alert.getByRole('button').count()).toBe(1);
  await alert.getByRole('button', { name: 'Open settings' }).click();

  await alert.getByText(inEnglish(reopenForScreen.said)).waitFor();
  await alert.getByRole('button', { name: 'Quit and reopen' }).click();
  await eventually(() => main.calls).toEqual([
    { name: 'permission.open-settings', request: { kind: 'screen-capture' } },
    { name: 'app.reopen', request: {} },
  ]);
});

test('[P02] Let macOS ask shows at once that it does, by keyboard too, and the focus is not lost with the button', async () => {
  const { page, main } = await open(SCENES['permission-ask']());
  main.expect('permission.request');
  main.hold();
  const ask = page.getByRole('button', { name: 'Let macOS ask' });
  await ask.waitFor();
  // Past the gear.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  expect(await ask.evaluate((one) => document.activeElement === one)).toBe(true);
  expect(await ask.evaluate((one) => getComputedStyle(one).outlineStyle)).toBe('solid');
  await page.keyboard.press('Enter');
  const asking = page.getByRole('button', { name: 'macOS is asking' });
  await asking.waitFor();
  expect(await asking.getAttribute('aria-disabled')).toBe('true');
  await page.keyboard.press('Enter');
  main.say(snapshotOf({}, { permissions: [allowed] }));
  await eventually(() => page.locator('.note').count()).toBe(0);
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  main.release();
  expect(main.calls).toEqual([{ name: 'permission.request', request: { kind: 'microphone' } }]);
});

test('[P02] a question is no alert, and is told by the status', async () => {
  const { page } = await open(SCENES['permission-ask']());
  await page.getByText(inEnglish(askForMicrophone.said)).first().waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  expect(await page.getByRole('status').textContent()).toContain(inEnglish(askForMicrophone.said));
  expect(await page.locator('.note').count()).toBe(1);
});

test('the line to run can be copied as a whole, by keyboard alone, and not changed', async () => {
  const { page } = await open(SCENES['permission-line']());
  const line = page.getByRole('textbox', { name: 'The line to run' });
  await line.waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  const field = await line.evaluate((one: HTMLTextAreaElement) => ({
    focused: document.activeElement === one,
    selected: one.value.slice(one.selectionStart, one.selectionEnd),
    cut: one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1,
    font: getComputedStyle(one).fontFamily,
    ring: getComputedStyle(one).outlineStyle,
  }));
  expect(field).toEqual({
    focused: true,
    selected: resetScreen.nextStep?.command,
    cut: false,
    font: expect.stringContaining('monospace'),
    ring: 'solid',
  });
  await page.keyboard.type('x');
  expect(await line.inputValue()).toBe(resetScreen.nextStep?.command);
});

test('where the host cannot reopen, or only the person can do it, it is said and there is no button', async () => {
  const { page, main } = await open(snapshotOf({}, { permissions: [reopenForScreen] }));
  const alert = page.getByRole('alert');
  await alert.getByText(stepWords(reopenForScreen)).waitFor();
  expect(await alert.getByRole('button').count()).toBe(0);
  main.say(snapshotOf({}, { permissions: [flatpakMicrophone] }));
  await alert.getByText(inEnglish(flatpakMicrophone.said)).waitFor();
  expect(await alert.getByRole('textbox').inputValue()).toContain('flatpak override');
  expect(await alert.getByRole('button').count()).toBe(0);
});

test('[P02] a start that is refused for a permission says so in its words, until the system allows it', async () => {
  const { page, main } = await open(SCENES.ready());
  const refused = { ok: false, error: errorOf('permission-denied', 'screen-capture') } as const;
  main.expect('session.agree', () => {
    main.say(SCENES['permission-settings']());
    return refused;
  });
  await page.getByRole('button', { name: 'Agree and start' }).click();
  await page.getByRole('alert').getByText(inEnglish(openScreenSettings.said)).waitFor();
  await page.getByRole('button', { name: 'Agree and start', exact: false }).waitFor();
  expect(await page.getByText(refused.error.message).count()).toBe(0);
  expect(await page.locator('.note').count()).toBe(1);
  main.say(snapshotOf({}, { permissions: [{ ...openScreenSettings, state: 'granted', nextStep: null }] }));
  await eventually(() => page.locator('.note').count()).toBe(0);
});

test('settings that cannot be opened are told in place of the step', async () => {
  const { page, main } = await open(SCENES['permission-settings']());
  main.expect('permission.open-settings', () => ({ ok: false, error: errorOf('not-now') }));
  await page.getByRole('button', { name: 'Open settings' }).click();
  await page.getByRole('alert').getByText(errorOf('not-now').message).waitFor();
});

test('[P02] a permission that is taken back in mid-recording is told, and the lamp goes on following the fragments', async () => {
  const { page, main } = await open(SCENES.recording());
  await page.locator('.lamp-live').waitFor();
  main.say(SCENES['recording-refused']());
  const alert = page.getByRole('alert');
  await alert.getByText('The recording is finished first.').waitFor();
  expect(await alert.getByRole('button', { name: 'Quit and reopen' }).isVisible()).toBe(true);
  expect(await page.getByText(inEnglish(reopenForScreen.said)).count()).toBe(1);
  expect(await page.locator('.lamp-word').textContent()).toBe('Live');
});
