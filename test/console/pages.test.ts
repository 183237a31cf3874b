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

type Ids = Awaited<ReturnType<typeof busy>>;
/** A page, and what its picture is called where one is taken. */
type Seen = readonly [path: string, picture?: string];

const ROOMS: { readonly [room: string]: (ids: Ids) => readonly Seen[] } = {
  'sessions and recordings': ({ done, live, video }) => [
    ['/console/sessions', 'sessions'],
    [`/console/sessions/${live}`, 'session-live'],
    [`/console/sessions/${done}`, 'session'],
    [`/console/sessions/${done}/delete`],
    [`/console/sessions/${live}/revoke`],
    ['/console/recordings', 'recordings'],
    [`/console/recordings/${video}/delete`],
  ],
  copies: () => [
    ['/console/copies', 'copies'],
    ['/console/copies/destinations'],
    ['/console/confirm?to=%2Fconsole%2Fcopies'],
  ],
  'policy and collections': () => [
    ['/console/policy'],
    ['/console/policy/default', 'policy'],
    ['/console/policy/default/history'],
    ['/console/collections', 'collections'],
    ['/console/collections/interviews/delete'],
  ],
  'people, retention and audit': () => [
    ['/console/people', 'people'],
    ['/console/people/access?person=ada'],
    ['/console/people/erase?person=ada', 'erase'],
    ['/console/retention'],
    ['/console/retention/sweep'],
    ['/console/audit', 'audit'],
    ['/console/audit/verify'],
  ],
  'keys, events and what is left': () => [
    ['/console/keys', 'keys'],
    ['/console/events', 'events'],
    ['/console/events/secret'],
    ['/console/confirm?to=%2Fconsole%2Fkeys'],
    ['/console/nowhere'],
  ],
};

test.each(Object.entries(ROOMS))(
  'axe finds nothing serious in light and dark, each page has one heading and a title of its own and does not scroll sideways at 320 px: %s',
  async (_room, pagesOf) => {
    const { service, page } = await desk({ isSignedIn: false });
    const ids = await busy(service);
    await call(service, 'POST', '/collection', service.key, { id: 'interviews', name: 'Interviews' });
    const pages = pagesOf(ids);
    const titles = new Set<string>();
    await page.goto(`${service.url}/console/sign-in`);
    const found = await looked(page, '/console/sign-in');
    await picture(page, 'sign-in');
    await signIn(service, page);
    for (const [path, name] of pages) {
      await page.goto(service.url + path);
      // The two sessions are of the same person, and called so.
      titles.add((await page.title()) + (path.includes(ids.live) ? ids.live : ''));
      found.push(...(await looked(page, path)));
      await picture(page, name);
    }
    expect(found).toEqual([]);
    expect(titles.size).toBe(pages.length);
  },
);

/** For a person to look at: what is not seen is not known to be good. */
async function picture(page: Page, name: string | undefined): Promise<void> {
  if (name === undefined) return;
  for (const [width, colorScheme] of [
    [1280, 'light'],
    [1280, 'dark'],
    [360, 'light'],
    [360, 'dark'],
  ] as const) {
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
    // Legacy: no page of its own for each look; there are no frames here.
    const axe = new AxeBuilder({ page }).setLegacyMode();
    // Nothing but the colours differs.
    const { violations, passes } = await (colorScheme === 'light'
      ? axe
      : axe.withRules('color-contrast')
    ).analyze();
    if (passes.length === 0) found.push(`${path}, ${colorScheme}: axe looked at nothing`);
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
