import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { takeOf } from '../../backend/trial/media.ts';
import { call, deliver, manifestOf, put, started, stopOf } from '../../backend/trial/recorder.ts';
import type { Trial } from '../../backend/trial/service.ts';
import { artifacts, desks, signIn } from './desk.ts';

const desk = desks();

/** A service on which something happened: one session live, one complete, one that nobody started. */
async function busy(service: Trial) {
  const done = await started(service, service.key, '+mic:default', 'system_audio:default');
  const take = takeOf();
  await deliver(service, done.streams[0] ?? '', take, done.token);
  const stop = stopOf(manifestOf('mic:default', take));
  const { data } = await call(service, 'POST', `/capture/session/${done.session.id}/stop`, done.token, stop);
  service.clock.now += 60_000;
  const live = await started(service, service.key, '+mic:default', '+display:1');
  for (const piece of take.slice(0, 2)) await put(service, live.streams[0] ?? '', piece, live.token);
  const paused = await started(service, service.key, 'mic:default');
  await call(service, 'POST', `/capture/session/${paused.session.id}/pause`, paused.token, { at_ms: 10 });
  await call(service, 'POST', '/collection/default/capture/session', service.key, {
    end_user_id: 'marie.curie@example.org',
    metadata: { team: 'research' },
  });
  return { done: done.session.id, live: live.session.id, video: data.videos[0]?.id ?? '' };
}

const THEMES = ['light', 'dark'] as const;

test('axe finds nothing serious on any page, in light and dark; each has one heading, a title and no sideways scrolling at 320 px', async () => {
  const { service, page } = await desk({ isSignedIn: false });
  const { done, live, video } = await busy(service);
  await call(service, 'POST', '/collection', service.key, { id: 'interviews', name: 'Interviews' });
  const paths = [
    '/console/sessions',
    `/console/sessions/${live}`,
    `/console/sessions/${done}`,
    `/console/sessions/${done}/delete`,
    `/console/sessions/${live}/revoke`,
    '/console/recordings',
    `/console/recordings/${video}/delete`,
    '/console/policy',
    '/console/policy/default',
    '/console/policy/default/history',
    '/console/collections',
    '/console/collections/interviews/delete',
    '/console/people',
    '/console/people/access?person=ada',
    '/console/people/erase?person=ada',
    '/console/retention',
    '/console/retention/sweep',
    '/console/audit',
    '/console/audit/verify',
    '/console/keys',
    '/console/events',
    '/console/events/secret',
    '/console/confirm?to=%2Fconsole%2Fkeys',
    '/console/nowhere',
  ];
  const PICTURES = new Map([
    ['/console/sessions', 'sessions'],
    [`/console/sessions/${live}`, 'session-live'],
    [`/console/sessions/${done}`, 'session'],
    ['/console/policy/default', 'policy'],
    ['/console/people/erase?person=ada', 'erase'],
    ['/console/audit', 'audit'],
    ['/console/keys', 'keys'],
  ]);
  const titles = new Set<string>();
  await page.goto(`${service.url}/console/sign-in`);
  const found = await looked(page, '/console/sign-in');
  await picture(page, 'sign-in');
  await signIn(service, page);
  for (const path of paths) {
    await page.goto(service.url + path);
    titles.add(await page.title());
    found.push(...(await looked(page, path)));
    await picture(page, PICTURES.get(path));
  }
  expect(found).toEqual([]);
  // Each says where one is: only the two of one collection's deletion and the like may share their words.
  expect(titles.size).toBeGreaterThanOrEqual(paths.length - 1);
});

/** For a person to look at: what is not seen is not known to be good. */
async function picture(page: Page, name: string | undefined): Promise<void> {
  if (name === undefined) return;
  for (const colorScheme of THEMES)
    for (const width of [1280, 360]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 740 });
      await page.screenshot({ path: join(artifacts, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
}

async function looked(page: Page, path: string): Promise<string[]> {
  const found: string[] = [];
  await page.setViewportSize({ width: 1280, height: 800 });
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    const axe = new AxeBuilder({ page });
    // Nothing but the colours differs.
    const { violations } = await (colorScheme === 'light' ? axe : axe.withRules('color-contrast')).analyze();
    for (const { id, impact, nodes } of violations)
      if (impact === 'serious' || impact === 'critical')
        found.push(
          `${path}, ${colorScheme}: ${id} ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
        );
  }
  const headings = await page.locator('h1').count();
  if (headings !== 1) found.push(`${path}: ${headings} first headings`);
  if (!(await page.title()).endsWith('Tallylight console')) found.push(`${path}: no title`);
  await page.setViewportSize({ width: 320, height: 640 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  if (wide > 320) found.push(`${path} is ${wide} px wide at 320 px`);
  return found;
}
