import { join } from 'node:path';
import { yourBackend } from '../../main/auth/your-backend.ts';
import type { Log } from '../../main/host.ts';
import { finishOnBug } from '../../main/last-resort.ts';
import { openBrowserHost } from './host.ts';
import { findBrowser, hasDisplay, openWindow } from './window.ts';

/**
 * The app in an installed browser. Environment: TALLYLIGHT_CONNECT_URL and TALLYLIGHT_CONNECT_SECRET reach your
 * backend, TALLYLIGHT_DATA is the folder for the app's data, TALLYLIGHT_NO_WINDOW=1 prints the address instead of a window.
 */
const env = process.env;
const tell = (text: string) => void process.stderr.write(`${text}\n`);
const log: Log = (event, fields) => {
  if (event === 'ffmpeg.found') tell(`Using ${String(fields?.sentence)}`);
  if (env.TALLYLIGHT_DEBUG !== undefined)
    tell(JSON.stringify({ at: new Date().toISOString(), event, ...fields }));
};

const { TALLYLIGHT_CONNECT_URL: url, TALLYLIGHT_CONNECT_SECRET: secret, TALLYLIGHT_DATA: base } = env;
if (url === undefined || secret === undefined || base === undefined) {
  tell(
    'TALLYLIGHT_CONNECT_URL, TALLYLIGHT_CONNECT_SECRET and TALLYLIGHT_DATA are needed. `npm start` sets them.',
  );
  process.exit(2);
}
const host = await openBrowserHost({
  dataDir: join(base, 'client'),
  rendererDir: join(import.meta.dirname, '..', '..', 'dist', 'renderer'),
  connection: yourBackend(url, secret),
  port: 0,
  env,
  log,
  tell,
});
if (!host.ok) {
  tell(
    `${host.error.message}${host.error.detail === undefined ? '' : ` (${host.error.detail})`}\n${host.error.action}`,
  );
  process.exit(1);
}
const { faces, close } = host.value;
finishOnBug(close, (event, fields) => tell(JSON.stringify({ event, ...fields })));

const browser = env.TALLYLIGHT_NO_WINDOW === undefined && hasDisplay(env) ? findBrowser(env) : undefined;
const ended = new Promise<string>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
});
if (browser === undefined) {
  tell(
    hasDisplay(env) && env.TALLYLIGHT_NO_WINDOW === undefined
      ? 'No Chromium or Chrome was found. Open this address in a browser:'
      : 'No window opens here. Open this address in a browser on this machine:',
  );
  process.stdout.write(`${faces.link()}\n`);
  await ended;
} else {
  tell(`Electron's runtime is not here: the same window opens in ${browser}.`);
  const window = await openWindow(browser, faces.link(), env);
  await Promise.race([ended, window.closed]);
  await close();
  await window.close();
}
await close();
process.exit(0);
