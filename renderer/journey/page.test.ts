import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { closeStage, openStage } from './face-page.ts';

/** Of everything that is loaded before the first picture. */
const MOST_BYTES = 250 * 1024;

test('the page that ships holds no validator, and is small enough', async () => {
  const stage = await openStage();
  onTestFinished(() => closeStage(stage));
  const assets = readdirSync(join(stage.root, 'assets')).map((name) =>
    readFileSync(join(stage.root, 'assets', name)),
  );
  expect(assets.filter((asset) => asset.includes('ZodError'))).toEqual([]);
  const compressed = assets.reduce((sum, asset) => sum + gzipSync(asset).length, 0);
  expect(compressed).toBeGreaterThan(10_000);
  expect(compressed).toBeLessThan(MOST_BYTES);
}, 60_000);
