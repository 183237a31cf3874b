import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { writeAppIcon, writeTrayIcons } from './icons/write-icons.ts';

export type BundleOptions = {
  /** Entry of the main process. */
  readonly entry?: string;
  /** Folder that receives `main.mjs`, the preload scripts, the page in `loopback/` and the icons. */
  readonly outDir?: string;
};

const HERE = import.meta.dirname;
const SHARED = { bundle: true, sourcemap: false, logLevel: 'warning' } as const;
/** The browser inside Electron 45. */
const CHROMIUM = 'chrome156';

/** Builds the desktop host. Our own code is bundled; Electron and npm packages stay where they are. */
export async function bundleDesktop(options: BundleOptions = {}): Promise<void> {
  const { entry = join(HERE, 'main.ts'), outDir = join(HERE, '..', '..', 'dist', 'desktop') } = options;
  await build({
    ...SHARED,
    entryPoints: [entry],
    outfile: join(outDir, 'main.mjs'),
    platform: 'node',
    format: 'esm',
    target: 'node24',
    packages: 'external',
  });
  await build({
    ...SHARED,
    entryPoints: ['preload', 'loopback-preload'].map((name) => join(HERE, 'preload', `${name}.ts`)),
    outdir: outDir,
    outExtension: { '.js': '.cjs' },
    platform: 'browser',
    // A sandboxed preload is no ES module and can require Electron's renderer modules only.
    format: 'cjs',
    target: CHROMIUM,
    external: ['electron/renderer'],
  });
  await bundleLoopback(join(outDir, 'loopback'));
  await writeTrayIcons(join(outDir, 'tray'));
  await writeAppIcon(join(outDir, 'icon.png'));
}

/** Builds the hidden page that hears system audio, with its worker and worklet, into a folder of its own. */
export async function bundleLoopback(outDir: string): Promise<void> {
  const page = join(HERE, 'loopback', 'page');
  await build({
    ...SHARED,
    entryPoints: ['page', 'worker', 'worklet'].map((name) => join(page, `${name}.ts`)),
    outdir: outDir,
    platform: 'browser',
    format: 'iife',
    target: CHROMIUM,
  });
  await mkdir(outDir, { recursive: true });
  await copyFile(join(page, 'index.html'), join(outDir, 'index.html'));
}
