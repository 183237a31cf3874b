import { app } from 'electron/main';
import type { Parts } from './parts.ts';

/**
 * Systems on which a permission may take hold only in an app that starts anew. Elsewhere it is not offered: what started
 * an AppImage is not what Electron would start again. Nor from source, where what `npm start` runs beside the app ends with it.
 */
const REOPENS: ReadonlySet<NodeJS.Platform> = new Set(['darwin', 'win32']);

/** Hands main the way to end the app and start it anew. */
export function withReopen(parts: Parts, reopen: () => void): Parts {
  if (!REOPENS.has(parts.platform) || !app.isPackaged) return parts;
  return {
    ...parts,
    openCapture: ({ shell, ...host }) =>
      parts.openCapture({
        ...host,
        ...(shell !== undefined && { shell: { ...shell, reopen: async () => reopen() } }),
      }),
  };
}
