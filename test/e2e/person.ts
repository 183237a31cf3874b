import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { readAuditLog } from '../../main/audit/log.ts';
import type { House } from './house.ts';

/** What a person does at the window, in their words. */

export async function chooseModes(
  page: Page,
  modes: Readonly<Record<string, 'Off' | 'Live only' | 'Keep'>>,
): Promise<void> {
  for (const [name, mode] of Object.entries(modes)) {
    const choice = page.getByRole('group', { name }).getByRole('radio', { name: mode });
    await choice.check({ force: true });
    await choice.and(page.locator(':checked')).waitFor({ state: 'attached' });
  }
}

/** Waits until the big clock shows at least so many seconds. */
export async function recordTo(page: Page, seconds: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => {
      const [, minutes, rest] = /(\d+):(\d\d)/.exec(document.querySelector('h1')?.textContent ?? '') ?? [];
      return minutes !== undefined && Number(minutes) * 60 + Number(rest) >= wanted;
    },
    seconds,
    { timeout: 60_000 },
  );
}

/** Recorded seconds of the last session, as its audit log tells. */
export async function activeSeconds(house: House): Promise<number> {
  const entries = await readAuditLog(house.clientDir);
  const stopped = entries.ok
    ? entries.value.map(({ event }) => event).findLast((event) => event.type === 'session.stopped')
    : undefined;
  return stopped?.type === 'session.stopped' ? stopped.activeMs / 1000 : Number.NaN;
}

/** The one session that left a recording on this device. */
export async function sessionIdIn(house: House): Promise<string> {
  const [id] = await readdir(join(house.clientDir, 'vault'));
  if (id === undefined) throw new Error('no recording on this device');
  return id;
}
