import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { ok } from '../../contract/result.ts';
import { mic, SCENES, snapshotOf } from './snapshots.ts';
import { eventually, openedStage } from './stage.ts';

const open = openedStage();

/** What has the focus, by its accessible words, and whether a ring can be seen around it. */
async function focused(page: Page): Promise<{ readonly name: string; readonly ring: boolean }> {
  return page.evaluate(() => {
    const one = document.activeElement;
    const words =
      one instanceof HTMLInputElement
        ? one.labels?.[0]?.textContent
        : (one?.getAttribute('aria-label') ?? one?.firstChild?.textContent);
    const drawn = one instanceof HTMLInputElement ? one.nextElementSibling : one;
    return {
      name: words ?? '',
      ring: drawn !== null && getComputedStyle(drawn).outlineStyle === 'solid',
    };
  });
}

async function tabTo(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Tab');
  expect(await focused(page)).toEqual({ name, ring: true });
}

test('a recording from choice to stop, by keyboard alone, with the focus always in sight', async () => {
  const { page, main } = await open(snapshotOf({}, { channels: [{ ...mic, mode: 'off' }] }));
  for (const name of ['channel.choose', 'session.pause', 'session.resume', 'session.stop'] as const)
    main.expect(name);
  main.expect('channel.choose', (request) => {
    const { mode } = request as { mode: 'off' | 'live' | 'keep' };
    const next = snapshotOf({}, { channels: [{ ...mic, mode }] });
    main.say(next);
    return ok(next);
  });
  main.expect('session.agree', () => ok(SCENES.starting()));
  await page.getByText('Choose Live only or Keep for at least one channel.').waitFor();

  await tabTo(page, 'Settings');
  await tabTo(page, 'Look again');
  await tabTo(page, 'Off');
  await page.keyboard.press('ArrowRight');
  await page.getByText('Nothing will be kept.').waitFor();
  await page.keyboard.press('ArrowRight');
  await page.getByText('Microphone will be kept.').waitFor();
  expect(await focused(page)).toEqual({ name: 'Keep', ring: true });
  await tabTo(page, 'Agree and start');
  await page.keyboard.press('Enter');

  await page.getByRole('heading', { name: 'Starting' }).waitFor();
  expect(await focused(page)).toEqual({ name: 'Starting', ring: true });
  main.say(SCENES.recording());
  await page.locator('.lamp-live').waitFor();
  for (const _ of SCENES.recording().channels) await tabTo(page, 'Take consent back');
  await tabTo(page, 'Pause');
  await page.keyboard.press('Space');
  await eventually(() => main.calls.at(-1)?.name).toBe('session.pause');
  main.say(SCENES.paused());
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  expect(await focused(page)).toEqual({ name: 'Resume', ring: true });
  await tabTo(page, 'Stop');
  await page.keyboard.press('Enter');
  await eventually(() => main.calls.at(-1)?.name).toBe('session.stop');
  main.say(SCENES.stopping());
  await page.getByRole('heading', { name: 'Stopping' }).waitFor();
  expect(await focused(page)).toEqual({ name: 'Stopping', ring: true });

  expect(main.calls.map(({ name }) => name)).toEqual([
    'channel.choose',
    'channel.choose',
    'session.agree',
    'session.pause',
    'session.stop',
  ]);
});

test('arrow keys pass over a locked mode', async () => {
  const { page, main } = await open(SCENES.ready());
  main.expect('channel.choose');
  await page.getByRole('group', { name: 'Display 1' }).getByRole('radio', { name: 'Live only' }).focus();
  await page.keyboard.press('ArrowRight');
  await eventually(() => main.calls).toEqual([
    { name: 'channel.choose', request: { channelId: 'display:1', mode: 'off' } },
  ]);
});
