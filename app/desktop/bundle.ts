import { join } from 'node:path';
import { build } from 'esbuild';
import { writeAppIcon, writeTrayIcons } from './icons/write-icons.ts';

export type BundleOptions = {
  /** Entry of the main process. */
  readonly entry?: string;
  /** Folder that receives `main.mjs`, `preload.cjs` and the icons. */
  readonly outDir?: string;
};

const HERE = import.meta.dirname;

/** Builds the desktop host. Our own code is bundled; Electron and npm packages stay where they are. */
export async function bundleDesktop(options: BundleOptions = {}): Promise<void> {
  const { entry = join(HERE, 'main.ts'), outDir = join(HERE, '..', '..', 'dist', 'desktop') } = options;
  const shared = { bundle: true, sourcemap: false, logLevel: 'warning' } as const;
  await build({
    ...shared,
    entryPoints: [entry],
    outfile: join(outDir, 'main.mjs'),
    platform: 'node',
    format: 'esm',
    target: 'node24',
    packages: 'external',
  });
  await build({
    ...shared,
    entryPoints: [join(HERE, 'preload', 'preload.ts')],
    outfile: join(outDir, 'preload.cjs'),
    platform: 'browser',
    // A sandboxed preload is no ES module and can require Electron's renderer modules only.
    format: 'cjs',
    target: 'chrome156',
    external: ['electron/renderer'],
  });
  await writeTrayIcons(join(outDir, 'tray'));
  await writeAppIcon(join(outDir, 'icon.png'));
}
