import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { LANGUAGES } from '../../contract/language.ts';
import { closeStage, openFace, openStage } from './face-page.ts';
import { SCENES, type Scene, setTo } from './snapshots.ts';

/**
 * Pictures of every state for the eye, in artifacts/renderer: `node renderer/journey/pictures.ts [scene…]`. With `--docs` those
 * of docs/screens instead, `SCENE-LANGUAGE-THEME.png`: of each state one, as wide as a panel.
 */
const wanted = process.argv.slice(2).filter((word) => word !== '--docs');
const isForDocs = process.argv.includes('--docs');
const folder = fileURLToPath(
  new URL(isForDocs ? '../../docs/screens/' : '../../artifacts/renderer/', import.meta.url),
);

const PANEL = { narrow: { width: 380, height: 720 } } as const;
const SIZES = {
  narrowest: { width: 360, height: 720 },
  ...PANEL,
  wide: { width: 960, height: 640 },
} as const;
/** One scene of each state, and the troubles a person meets. */
const SHOWN: readonly (Scene | 'lost' | 'settings')[] = [
  'ready-chosen',
  'ready-cut-off',
  'permission-settings',
  'starting',
  'recording',
  'recording-trouble',
  'recording-offline',
  'paused',
  'delivering',
  'complete',
  'failed',
  'lost',
  'settings',
];

const BESIDES: Readonly<Record<string, () => Snapshot>> = {
  settings: () =>
    setTo({ shortcuts: { startStop: 'Control+Alt+R', pause: null } }, { ...SCENES.ready(), host: 'desktop' }),
};

type Shot = { readonly scene: string; readonly size: keyof typeof SIZES };
type Look = { readonly language: (typeof LANGUAGES)[number]; readonly theme: 'light' | 'dark' };

const stage = await openStage();

async function draw({ scene, size }: Shot, { language, theme }: Look): Promise<void> {
  const make = SCENES[scene as Scene] ?? BESIDES[scene] ?? SCENES.recording;
  const { page, main, problems, close } = await openFace(stage, setTo({ language, theme }, make()), {
    viewport: SIZES[size],
    colorScheme: theme,
  });
  if (scene === 'lost') main.goAway();
  if (scene === 'settings') await page.locator('.gear').click();
  const shown = { lost: '.lamp-unknown', settings: '.settings' }[scene] ?? '.bar, .card, .after';
  await page.locator(shown).first().waitFor();
  const name = isForDocs ? `${scene}-${language}-${theme}` : `${scene}-${size}-${language}-${theme}`;
  await page.screenshot({ path: `${folder}${name}.png` });
  if (problems.length > 0 && scene !== 'lost') throw new Error(`${scene}: ${problems.join('; ')}`);
  await close();
}

/** The small light, which is dark everywhere: `light-SCENE-LANGUAGE.png`. */
const LIGHT: readonly Scene[] = ['recording', 'recording-trouble', 'paused'];

async function drawLight(scene: Scene, language: Look['language']): Promise<void> {
  const snapshot = setTo({ language }, SCENES[scene]());
  const options = { viewport: { width: 400, height: 40 }, deviceScaleFactor: 2 };
  const { page, problems, close } = await openFace(stage, snapshot, options, undefined, 'overlay.html');
  await page.locator('.light-button').first().waitFor();
  await page.screenshot({ path: `${folder}light-${scene}-${language}.png` });
  if (problems.length > 0) throw new Error(`${scene}: ${problems.join('; ')}`);
  await close();
}

await mkdir(folder, { recursive: true });
const scenes = isForDocs ? SHOWN : [...Object.keys(SCENES), 'lost', 'settings'];
for (const scene of scenes.filter((one) => wanted.length === 0 || wanted.includes(one)))
  for (const size of Object.keys(isForDocs ? PANEL : SIZES) as Shot['size'][])
    for (const language of LANGUAGES)
      for (const theme of ['light', 'dark'] as const) await draw({ scene, size }, { language, theme });
if (wanted.length === 0 || wanted.includes('light'))
  for (const scene of LIGHT) for (const language of LANGUAGES) await drawLight(scene, language);
await closeStage(stage);
