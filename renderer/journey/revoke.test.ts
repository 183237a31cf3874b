import { expect, test } from 'vitest';
import { errorOf, fail, ok } from '../../contract/result.ts';
import { SCENES, snapshotOf } from './snapshots.ts';
import { eventually, openedStage } from './stage.ts';

const open = openedStage();

test('[P01] the consent to one channel is taken back in two steps, by keyboard alone, and the light stays main’s', async () => {
  const { page, main } = await open(SCENES.recording());
  main.expect('consent.revoke', () => ok(SCENES['recording-revoked']()));
  const microphone = page
    .getByRole('listitem')
    .filter({ has: page.getByRole('heading', { name: 'Microphone' }) });
  const stop = microphone.getByRole('button', { name: 'Stop this channel' });
  await microphone.getByText('Take consent back').waitFor();
  expect(await stop.isVisible()).toBe(false);

  // Past the gear.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  const summary = microphone.locator('summary');
  expect(await summary.evaluate((one) => document.activeElement === one)).toBe(true);
  expect(await summary.evaluate((one) => getComputedStyle(one).outlineStyle)).toBe('solid');
  expect(await summary.textContent()).toBe('Take consent back for Microphone');
  await page.keyboard.press('Enter');
  await stop.waitFor();
  expect(main.calls).toEqual([]);
  const erase = microphone.getByRole('button', {
    name: 'Stop it and erase what was stored of it',
    description:
      'It is erased here, and at the media service as soon as it can be reached. Nobody can open it again then.',
  });
  await page.keyboard.press('Tab');
  expect(await stop.evaluate((one) => document.activeElement === one)).toBe(true);
  await page.keyboard.press('Tab');
  expect(await erase.evaluate((one) => document.activeElement === one)).toBe(true);
  await page.keyboard.press('Enter');

  await microphone.getByText('You took your consent back · nothing more of it is captured').waitFor();
  expect(main.calls).toEqual([
    { name: 'consent.revoke', request: { channelId: 'mic:default', erase: true } },
  ]);
  expect(await microphone.getByText('Take consent back').count()).toBe(0);
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  expect(await page.getByRole('status').textContent()).toBe(
    'Live. 1 kept and 1 live only. Consent taken back: Microphone.',
  );
  expect(await page.locator('.lamp-word').textContent()).toBe('Live');
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('[P01] what is live only can only be stopped, and says so', async () => {
  const { page, main } = await open(SCENES.paused());
  main.expect('consent.revoke');
  const display = page
    .getByRole('listitem')
    .filter({ has: page.getByRole('heading', { name: 'Display 1' }) });
  await display.getByText('Take consent back').click();
  await display.getByText('Nothing more of it is captured or passed on. The other channels go on.').waitFor();
  expect(await display.getByRole('button').count()).toBe(1);
  await display.getByRole('button', { name: 'Stop this channel' }).click();
  await eventually(() => main.calls).toEqual([
    { name: 'consent.revoke', request: { channelId: 'display:1', erase: false } },
  ]);
});

test('[P01] while main has not answered it is not asked again, and its refusal is told', async () => {
  const { page, main } = await open(SCENES.delivering());
  main.expect('consent.revoke', () => fail('not-now', 'complete'));
  main.hold();
  await page.getByText('Take consent back').first().click();
  await page.getByRole('button', { name: 'Stop it and erase' }).click();
  const erasing = page.getByRole('button', { name: 'Erasing it' });
  await erasing.waitFor();
  await erasing.click({ force: true });
  await page.getByRole('button', { name: 'Stop this channel' }).click({ force: true });
  main.release();
  await page.getByRole('alert').getByText(errorOf('not-now').message).waitFor();
  expect(main.calls.length).toBe(1);
  expect(await page.getByRole('button', { name: 'Stop it and erase' }).isVisible()).toBe(true);
});

test('the choice stays open while the numbers of the recording move', async () => {
  const { page, main } = await open(SCENES.recording());
  await page.getByText('Take consent back').first().click();
  const stop = page.getByRole('button', { name: 'Stop this channel' });
  await stop.focus();
  const next = snapshotOf(SCENES.recording().session, {
    lamp: 'live',
    channels: SCENES.recording().channels.map((view) => ({ ...view, bytes: view.bytes + 1_000_000 })),
  });
  main.say(next);
  await page.getByText('Kept · 19.2 MB').waitFor();
  expect(await stop.evaluate((one) => document.activeElement === one)).toBe(true);
});
