import { expect, test } from 'vitest';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { drawn } from './face-page.ts';
import { textsOnPage, unfold, unreadable } from './in-page.ts';
import { CLOSES, OPENS } from './pseudo.ts';
import { SCENES, setTo } from './snapshots.ts';
import { openedStage } from './stage.ts';

const NARROWEST = { viewport: { width: 360, height: 720 } };
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
  const rest = NAMES.reduce((left, name) => left.replaceAll(name, ''), outside);
  return rest
    .replaceAll(/[\d.,]+\s(?:kB|MB|GB)/g, '')
    .replaceAll(/Ctrl\+Shift\+[RPS]/g, '')
    .replaceAll(/[^\p{L}]+/gu, ' ')
    .replaceAll(/\b[ye]\b/g, '')
    .trim();
}

const everyScene = Object.entries(SCENES);

test('in a longer language every word on every screen comes from the catalogue, and all of it can be read at 360 px', async () => {
  const { page, main } = await openPseudo(setTo({ language: 'es' }, SCENES.ready()), NARROWEST);
  for (const [scene, make] of everyScene) {
    const snapshot: Snapshot = setTo({ language: 'es' }, make());
    main.say(snapshot);
    await drawn(page, snapshot);
    await page.evaluate(unfold);
    const codes = await page.locator('.note details').allTextContents();
    const texts = (await page.evaluate(textsOnPage)).filter(
      (text) => !codes.some((code) => code.includes(text)),
    );
    expect({ scene, strays: texts.map(strays).filter(Boolean) }).toEqual({ scene, strays: [] });
    expect({ scene, unreadable: await page.evaluate(unreadable) }).toEqual({ scene, unreadable: [] });
  }
});
