import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { bundleDesktop } from './bundle.ts';

let outDir = '';

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'tallylight-bundle-'));
  await bundleDesktop({ outDir });
});

afterAll(() => rm(outDir, { recursive: true }));

test.each(['preload.cjs', 'loopback-preload.cjs'])(
  '%s is a script below 5 kB that requires electron/renderer and nothing else',
  async (name) => {
    const preload = await readFile(join(outDir, name), 'utf8');
    expect(Buffer.byteLength(preload)).toBeLessThan(5000);
    expect([...preload.matchAll(/\brequire\(([^)]*)\)/g)].map(([, what]) => what)).toEqual([
      '"electron/renderer"',
    ]);
    expect(preload).not.toMatch(/^\s*(import|export)\s|\beval\b|new Function/m);
  },
);

/** `shell` is typed in electron/common only, which is there in every process. */
const ELECTRON = new Set(['electron/main', 'electron/common']);

test('main imports electron/main, electron/common, Node and dependencies that ship, and nothing else', async () => {
  const main = await readFile(join(outDir, 'main.mjs'), 'utf8');
  const imported = new Set(
    [...main.matchAll(/^import\s[^;]*?from "([^"]+)"/gm)].map(([, from]) => from ?? ''),
  );
  const shipped = Object.keys(manifest.dependencies);
  const strange = [...imported].filter((from) => {
    if (ELECTRON.has(from) || isBuiltin(from)) return false;
    return !shipped.some((name) => from === name || from.startsWith(`${name}/`));
  });
  expect(imported).toContain('electron/main');
  expect(strange).toEqual([]);
});

test('main does not wait for ready at its top level, where Electron would wait for it in turn', async () => {
  const main = await readFile(join(outDir, 'main.mjs'), 'utf8');
  expect(main).not.toMatch(/^(const .*= )?await .*whenReady/m);
});

test('no bundle carries a source map, and every icon of the tray is there for each bar and scale', async () => {
  const names = (await readdir(outDir, { recursive: true })).map((name) => name.replaceAll('\\', '/')).sort();
  expect(names).toEqual([
    'icon.png',
    'loopback',
    'loopback-preload.cjs',
    ...['index.html', 'page.js', 'worker.js', 'worklet.js'].map((name) => `loopback/${name}`),
    'main.mjs',
    'preload.cjs',
    'tray',
    ...['live', 'off', 'paused', 'trouble'].flatMap((lamp) =>
      ['-dark', '-light', 'Template'].flatMap((ground) =>
        ['.png', '@1.25x.png', '@1.5x.png', '@2x.png', '@3x.png'].map(
          (scale) => `tray/${lamp}${ground}${scale}`,
        ),
      ),
    ),
  ]);
  for (const name of names.filter((name) => /\.(?:m?js|cjs)$/.test(name)))
    expect(await readFile(join(outDir, name), 'utf8')).not.toContain('sourceMappingURL=');
});
