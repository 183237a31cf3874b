import { join } from 'node:path';
import { protocol } from 'electron/main';
import { serveStatic } from './static-files.ts';

export const APP_ORIGIN = 'app://tallylight';
export const APP_PAGE = `${APP_ORIGIN}/index.html`;

/** A standard, secure scheme gives the page an origin of its own, which file:// does not have. Only before `ready`. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

export async function serveAppScheme(distDir: string): Promise<void> {
  protocol.handle('app', await serveStatic(join(distDir, 'renderer'), APP_ORIGIN));
}
