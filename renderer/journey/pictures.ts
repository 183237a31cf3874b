import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { closeStage, openFace, openStage } from './face-page.ts';
import { SCENES } from './snapshots.ts';

/** Pictures of every state for the eye, in artifacts/renderer: `node renderer/journey/pictures.ts [scene…]`. */
const folder = fileURLToPath(new URL('../../artifacts/renderer/', import.meta.url));
const SIZES = {
  narrowest: { width: 360, height: 720 },
  narrow: { width: 380, height: 720 },
  wide: { width: 960, height: 640 },
} as const;
const wanted = process.argv.slice(2);

await mkdir(folder, { recursive: true });
const stage = await openStage();
for (const [scene, snapshot] of Object.entries({ ...SCENES, lost: SCENES.recording })) {
  if (wanted.length > 0 && !wanted.includes(scene)) continue;
  for (const [size, viewport] of Object.entries(SIZES))
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, main, problems, close } = await openFace(stage, snapshot(), { viewport, colorScheme });
      if (scene === 'lost') main.goAway();
      await page
        .locator(scene === 'lost' ? '.lamp-unknown' : '.bar, .card')
        .first()
        .waitFor();
      await page.screenshot({ path: `${folder}${scene}-${size}-${colorScheme}.png` });
      if (problems.length > 0 && scene !== 'lost') throw new Error(`${scene}: ${problems.join('; ')}`);
      await close();
    }
}
await closeStage(stage);
