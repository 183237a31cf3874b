import { expect, test } from 'vitest';
import { drawn } from './face-page.ts';
import type { Scene } from './snapshots.ts';
import { SCENES } from './snapshots.ts';
import { eventually, openedStage } from './stage.ts';

const open = openedStage();

/** Scene, word of the lamp, the big fact, the buttons of the bar. */
const PICTURE: readonly (readonly [Scene, string, string, readonly string[]])[] = [
  ['ready', 'Off', 'Ready', ['Agree and start']],
  ['ready-chosen', 'Off', 'Ready', ['Agree and start']],
  ['ready-cut-off', 'Off', 'Ready', ['Agree and start']],
  ['ready-policy', 'Off', 'Ready', ['Agree and start']],
  ['ready-untrusted', 'Off', 'Ready', ['Agree and start']],
  ['ready-nothing-chosen', 'Off', 'Ready', ['Agree and start']],
  ['ready-no-terms', 'Off', 'Ready', ['Agree and start']],
  ['permission-ask', 'Off', 'Ready', ['Agree and start']],
  ['permission-settings', 'Off', 'Ready', ['Agree and start']],
  ['permission-reopen', 'Off', 'Ready', ['Agree and start']],
  ['permission-line', 'Off', 'Ready', ['Agree and start']],
  ['ready-long-names', 'Off', 'Ready', ['Agree and start']],
  ['consenting', 'Off', 'Ready', ['Starting', 'Stop']],
  ['starting', 'Off', 'Starting', ['Pause', 'Stop']],
  ['recording', 'Live', '41:', ['Pause', 'Stop']],
  ['recording-trouble', 'Live', '41:', ['Pause', 'Stop']],
  ['recording-stalled', 'Needs a look', '41:07', ['Pause', 'Stop']],
  ['recording-refused', 'Live', '41:', ['Pause', 'Stop']],
  ['recording-gaps', 'Live', '41:', ['Pause', 'Stop']],
  ['recording-offline', 'Live', '41:', ['Pause', 'Stop']],
  ['recording-ending', 'Live', '41:', ['Pause', 'Stop']],
  ['recording-forbidden', 'Live', '41:', ['Pause', 'Stop']],
  ['recording-revoked', 'Live', '41:', ['Pause', 'Stop']],
  ['recording-tokenless', 'Live', '41:', ['Pause', 'Stop']],
  ['paused', 'Paused', '41:07', ['Resume', 'Stop']],
  ['paused-asleep', 'Paused', '41:07', ['Resume', 'Stop']],
  ['stopping', 'Off', 'Stopping', []],
  ['delivering', 'Off', 'Delivering', ['New recording']],
  ['delivering-too-long', 'Off', 'Delivering', ['New recording']],
  ['complete', 'Off', 'Complete', ['New recording']],
  ['failed', 'Needs a look', 'Stopped early', ['New recording']],
];

/** Everything painted in the red of what is live, but for the button that ends it. Runs in the page. */
function redOutsideStop(): string[] {
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = 'var(--live)';
  const live = getComputedStyle(probe).color;
  probe.remove();
  const paints = ['color', 'background-color', 'border-top-color', 'fill', 'stroke'];
  const isRed = (one: Element) =>
    paints.some((paint) => getComputedStyle(one).getPropertyValue(paint) === live);
  const red = [...document.querySelectorAll('body *')].filter(
    (one) => one.closest('.action-stop') === null && isRed(one),
  );
  return [...new Set(red.map((one) => one.closest('.lamp')?.getAttribute('class') ?? one.outerHTML))];
}

test('every scene is in the picture', () => {
  expect(PICTURE.map(([scene]) => scene)).toEqual(Object.keys(SCENES));
});

test('every state shows its lamp, its one big fact and its buttons, and the title tells the same', async () => {
  const { page, main } = await open(SCENES.ready());
  for (const [scene, word, fact, buttons] of PICTURE) {
    const snapshot = SCENES[scene]();
    main.say(snapshot);
    await drawn(page, snapshot);
    const heading = page.getByRole('heading', { level: 1 });
    const names = await page.getByRole('region', { name: 'Actions' }).getByRole('button').allTextContents();
    expect({
      scene,
      word: await page.locator('.lamp-word').textContent(),
      headings: await heading.count(),
      buttons: names.map((name) => name.replace(/Ctrl.*/, '')),
    }).toEqual({ scene, word, headings: 1, buttons });
    expect(await heading.textContent()).toContain(fact);
    await eventually(() => page.title()).toContain(fact);
  }
});

test('nothing is under 12 px or runs out of a 360 px panel', async () => {
  const { page, main } = await open(SCENES.ready(), { viewport: { width: 360, height: 720 } });
  for (const [scene] of PICTURE) {
    const snapshot = SCENES[scene]();
    main.say(snapshot);
    await drawn(page, snapshot);
    const { small, wide } = await page.evaluate(() => {
      const own = (element: Element) =>
        [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE);
      const texts = [...document.querySelectorAll('body *')].filter(own);
      return {
        small: texts.filter((one) => Number.parseFloat(getComputedStyle(one).fontSize) < 12).length,
        wide: document.documentElement.scrollWidth > innerWidth,
      };
    });
    expect({ scene, small, wide }).toEqual({ scene, small: 0, wide: false });
  }
});

test('[P04] the lamp is red only while the snapshot says live, and nothing else is but Stop', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, main } = await open(SCENES.ready(), { colorScheme });
    for (const [scene] of PICTURE) {
      const snapshot = SCENES[scene]();
      main.say(snapshot);
      await drawn(page, snapshot);
      await eventually(() => page.locator('link[rel=icon]').getAttribute('href')).toBe(
        `./lamp-${snapshot.lamp}.svg`,
      );
      const red = await page.evaluate(redOutsideStop);
      expect({ scene, red }).toEqual({ scene, red: snapshot.lamp === 'live' ? ['lamp lamp-live'] : [] });
    }
  }
});

test('two columns from 720 px, one below', async () => {
  const { page } = await open(SCENES.recording(), { viewport: { width: 720, height: 640 } });
  const beside = async () => {
    const [hero, channels] = await Promise.all([
      page.locator('.hero').boundingBox(),
      page.locator('.channels').boundingBox(),
    ]);
    return (channels?.x ?? 0) > (hero?.x ?? 0);
  };
  await page.locator('.channels').waitFor();
  expect(await beside()).toBe(true);
  await page.setViewportSize({ width: 719, height: 640 });
  expect(await beside()).toBe(false);
});
