import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { CALLS } from '../../contract/bridge/schema.ts';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { ok } from '../../contract/result.ts';
import type { Settings } from '../../contract/settings.ts';
import { drawn } from './face-page.ts';
import { textsOnPage, unfold, unreadable } from './in-page.ts';
import { CLOSES, OPENS } from './pseudo.ts';
import { SCENES, setTo } from './snapshots.ts';
import { eventually, openedStage } from './stage.ts';

const NARROWEST = { viewport: { width: 360, height: 720 } };
const open = openedStage();
const openPseudo = openedStage('pseudo');

/** What a person, an organisation or a system called so: it is the same in every language. */
const NAMES = [
  'Tallylight',
  'Acme research team',
  'Acme',
  'Notewright GmbH',
  'Meeting notes',
  'Weekly planning',
  'Built-in Audio Analog Stereo',
  'Jabra Evolve2 65 Mono',
  'Jabra Evolve2 65',
  'English',
  'Español',
  'tccutil reset ScreenCapture app.tallylight.desktop',
];

/** The letters on the page that are in no bracket and no name, no unit of Intl's, no key and no code. */
function strays(text: string): string {
  let depth = 0;
  let outside = '';
  for (const letter of text) {
    if (letter === OPENS) depth += 1;
    if (depth === 0) outside += letter;
    if (letter === CLOSES) depth -= 1;
  }
  return NAMES.reduce((left, name) => left.replaceAll(name, ''), outside)
    .replaceAll(/[\d.,]+\s(?:kB|MB|GB)/g, '')
    .replaceAll(/Ctrl\+Shift\+[RPS]/g, '')
    .replaceAll(/[^\p{L}]+/gu, ' ')
    .replaceAll(/\b[ye]\b/g, '')
    .trim();
}

async function strayTexts(page: Page): Promise<readonly string[]> {
  const codes = await page.locator('.note details').allTextContents();
  const texts = await page.evaluate(textsOnPage);
  return texts
    .filter((text) => !codes.some((code) => code.includes(text)))
    .flatMap((text) => strays(text) || []);
}

/** Every scene as it is where this is set, unfolded. */
async function eachScene(
  { page, main }: Awaited<ReturnType<typeof open>>,
  chosen: Partial<Settings>,
  look: (scene: string) => Promise<void>,
): Promise<void> {
  for (const [scene, make] of Object.entries(SCENES)) {
    const snapshot: Snapshot = setTo(chosen, make());
    main.say(snapshot);
    await drawn(page, snapshot);
    await page.evaluate(unfold);
    await look(scene);
  }
}

test('in a longer language every word on every screen comes from the catalogue, and all of it can be read at 360 px', async () => {
  const chosen = { language: 'es' } as const;
  const face = await openPseudo(setTo(chosen, SCENES.ready()), NARROWEST);
  const { page, main } = face;
  await eachScene(face, chosen, async (scene) => {
    expect({ scene, strays: await strayTexts(page) }).toEqual({ scene, strays: [] });
    expect({ scene, unreadable: await page.evaluate(unreadable) }).toEqual({ scene, unreadable: [] });
  });
  main.say({
    ...setTo({ ...chosen, shortcuts: { startStop: 'Control+Shift+R', pause: null } }, SCENES.ready()),
    host: 'desktop',
  });
  await page.locator('.gear').click();
  await page.locator('.setting-keys').first().waitFor();
  await page.locator('.settings').waitFor();
  expect([await strayTexts(page), await page.evaluate(unreadable)]).toEqual([[], []]);
  main.goAway();
  await page.locator('.lamp-unknown').waitFor();
  expect([await strayTexts(page), await page.evaluate(unreadable)]).toEqual([[], []]);
});

test.each(['en', 'es'] as const)(
  'in %s nothing is cut off or lies over something else at 360 px',
  async (language) => {
    const chosen = { language };
    const face = await open(setTo(chosen, SCENES.ready()), NARROWEST);
    await eachScene(face, chosen, async (scene) => {
      const lang = await face.page.locator('html').getAttribute('lang');
      expect({ scene, lang, unreadable: await face.page.evaluate(unreadable) }).toEqual({
        scene,
        lang: language,
        unreadable: [],
      });
    });
  },
);

test('[P26] what is agreed to is what was read, and the receipt says in which language', async () => {
  const { page, main } = await open(setTo({ language: 'es' }, SCENES['ready-chosen']()), { locale: 'en-GB' });
  main.expect('session.agree', () => ok(SCENES.starting()));
  await page.getByRole('button', { name: 'Aceptar y empezar' }).click();
  await eventually(() => main.calls).toMatchObject([{ name: 'session.agree', request: { locale: 'es' } }]);
  const { text } = CALLS['session.agree'].request.parse(main.calls[0]?.request);
  expect(text).toMatch(/^Qué aceptas\nQuién lo pide\tAcme · política 7\nPara qué\tMeeting notes\n/);
  expect(text).toContain('Su clave\tNo se usa ningún llavero del sistema');
  expect(text).toMatch(/\nSe guardará: Micrófono y Audio del sistema\. Solo en vivo, .*: Pantalla 1\.$/);
});

test('numbers, sizes, dates and lists are those of the language', async () => {
  const { page, main } = await open(setTo({ language: 'es' }, SCENES.recording()));
  await page.getByText('Se guarda · 18,2 MB').waitFor();
  const done = setTo({ language: 'es' }, SCENES.complete());
  main.say(done);
  await page.getByText('Acme guarda Micrófono y Audio del sistema.').waitFor();
  main.say(setTo({ language: 'es' }, SCENES['ready-chosen']()));
  await page.getByText('Se recuperaron 41:07 de «Weekly planning» del 28 feb 2026, 15:00').waitFor();
});
