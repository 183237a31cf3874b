import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = join(import.meta.dirname, '..', '..');
export const rendererDir = join(root, 'dist', 'renderer');

/** Builds the renderer where its sources are newer than what was built last. */
export async function buildRenderer(): Promise<void> {
  const page = join(rendererDir, 'index.html');
  const newest = Math.max(
    newestIn(join(root, 'renderer')),
    newestIn(join(root, 'contract')),
    statSync(join(root, 'package-lock.json')).mtimeMs,
  );
  if (existsSync(page) && statSync(page).mtimeMs > newest) return;
  process.stderr.write('Building the renderer …\n');
  await build({ configFile: join(root, 'renderer', 'vite.config.ts'), logLevel: 'warn' });
}

function newestIn(dir: string): number {
  const times = readdirSync(dir, { withFileTypes: true }).map((entry) =>
    entry.isDirectory() ? newestIn(join(dir, entry.name)) : statSync(join(dir, entry.name)).mtimeMs,
  );
  return Math.max(0, ...times);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { bundleDesktop } = await import('../desktop/bundle.ts');
  await Promise.all([buildRenderer(), bundleDesktop()]);
}
