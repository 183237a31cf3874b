import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { watchWindow } from './x-window.ts';

type Env = Readonly<Record<string, string | undefined>>;

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'brave-browser',
];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** An installed Chromium or a relative of it; TALLYLIGHT_BROWSER names another one. */
export function findBrowser(env: Env): string | undefined {
  const named = env.TALLYLIGHT_BROWSER;
  if (named !== undefined && named !== '') return existsSync(named) ? named : undefined;
  const onPath = (env.PATH ?? '').split(delimiter).flatMap((dir) => NAMES.map((name) => join(dir, name)));
  return [...onPath, ...PLACES].find((path) => existsSync(path));
}

/** Whether a window could be shown at all. */
export function hasDisplay(env: Env): boolean {
  if (process.platform !== 'linux') return true;
  return [env.DISPLAY, env.WAYLAND_DISPLAY].some((display) => display !== undefined && display !== '');
}

export type Window = {
  /** Resolves with its X id once it is on the display; never where that cannot be told. */
  readonly shown: Promise<number>;
  /** Resolves when the person closed the window, or it died, or something took it off the display. */
  readonly closed: Promise<void>;
  readonly close: () => Promise<void>;
};

/** Opens `link` as an app window of its own, with a profile of its own that goes with it. */
export async function openWindow(browser: string, link: string, env: Env): Promise<Window> {
  const profile = await mkdtemp(join(tmpdir(), 'tallylight-window-'));
  // Chromium refuses its sandbox to root; a machine on which root sits in front of the window has no better one.
  const root = process.getuid?.() === 0 ? ['--no-sandbox', '--test-type'] : [];
  const child: ChildProcess = spawn(
    browser,
    [
      `--app=${link}`,
      `--user-data-dir=${profile}`,
      '--window-size=400,780',
      '--no-first-run',
      '--no-default-browser-check',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
      ...root,
    ],
    { stdio: 'ignore', env: withoutOurs(env) },
  );
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  }).then(() => rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  const watch =
    process.platform === 'linux' && env.DISPLAY !== undefined && child.pid !== undefined
      ? watchWindow(child.pid, env.DISPLAY)
      : undefined;
  void exited.then(() => watch?.close());
  return {
    shown: watch?.shown ?? new Promise(() => undefined),
    closed: Promise.race(watch === undefined ? [exited] : [exited, watch.gone]),
    close: async () => {
      watch?.close();
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** A browser has no business with the secrets that Tallylight is started with. */
function withoutOurs(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TALLYLIGHT_')));
}
