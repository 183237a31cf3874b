import { join } from 'node:path';
import { protocol } from 'electron/main';
import type { Capture } from '../../main/host.ts';
import { withMedia } from './served-media.ts';
import { CONTENT_SECURITY_POLICY, headersWith, serveStatic } from './static-files.ts';

export const APP_ORIGIN = 'app://tallylight';
export const APP_PAGE = `${APP_ORIGIN}/index.html`;

/** A standard, secure scheme gives the page an origin of its own, which file:// does not have. Only before `ready`. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** The renderer's files, and to its player the media of the recording that is open. */
export async function serveAppScheme(distDir: string, media: Capture['media']): Promise<void> {
  const files = await serveStatic(join(distDir, 'renderer'), APP_ORIGIN);
  protocol.handle('app', withMedia(files, APP_ORIGIN, headersWith(CONTENT_SECURITY_POLICY), media));
}
