import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { app } from 'electron/main';
import { causeOf, log } from './log.ts';
import type { Parts } from './parts.ts';
import type { Refusals } from './refusals.ts';
import { APP_NAME } from './sight.ts';

/** Says that nobody is waiting for the window: it stays out of the way. macOS tells that by itself. */
export const AT_LOGIN = '--at-login';

/** Whether the system started this process, and no person. Only after `ready`. */
export function isAtLogin({ argv, platform }: Pick<Parts, 'argv' | 'platform'>): boolean {
  return platform === 'darwin' ? app.getLoginItemSettings().wasOpenedAtLogin : argv.includes(AT_LOGIN);
}

/**
 * Starts the app with the person's session where they asked for it. Only of a packaged app, as in development the system would
 * start Electron without it. What the system does not allow is refused and said in the settings.
 */
export function startAtLogin(parts: Parts, refusals: Refusals): (isWanted: boolean) => void {
  let shown = false;
  let working: Promise<void> = Promise.resolve();
  const set =
    parts.platform === 'linux'
      ? (is: boolean) => setOnLinux(parts.env, is)
      : (is: boolean) => setBySystem(parts.platform, is);

  return (isWanted) => {
    if (isWanted === shown || !app.isPackaged) return;
    shown = isWanted;
    working = working
      .then(() => set(isWanted))
      .catch((error: unknown) => {
        log('login.not-set', { cause: causeOf(error) });
        return false;
      })
      .then((isSet) => refusals.set('startAtLogin', isWanted && !isSet));
  };
}

async function setBySystem(platform: NodeJS.Platform, isWanted: boolean): Promise<boolean> {
  const args = platform === 'darwin' ? {} : { args: [AT_LOGIN] };
  app.setLoginItemSettings({ openAtLogin: isWanted, ...args });
  const now = app.getLoginItemSettings(args);
  // The person may have turned it off in the task manager, or still has to allow it in the settings of macOS.
  return (platform === 'win32' ? now.executableWillLaunchAtLogin : now.openAtLogin) === isWanted;
}

/** Desktop Application Autostart Specification: one file in the user's configuration. */
async function setOnLinux(env: Parts['env'], isWanted: boolean): Promise<boolean> {
  const config = env.XDG_CONFIG_HOME || join(homedir(), '.config');
  const file = join(config, 'autostart', 'tallylight.desktop');
  if (!isWanted) {
    await rm(file, { force: true });
    return true;
  }
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, desktopEntry(env.APPIMAGE || process.execPath), { mode: 0o644 });
  return true;
}

/** Desktop Entry Specification: an argument in quotes, with those characters escaped that mean something within, and `%` doubled. */
export function desktopEntry(program: string): string {
  const quoted = program.replace(/["`$\\]/g, '\\$&').replaceAll('%', '%%');
  const lines = [
    '[Desktop Entry]',
    'Type=Application',
    `Name=${APP_NAME}`,
    `Exec="${quoted.replaceAll('\\', '\\\\')}" ${AT_LOGIN}`,
  ];
  return `${[...lines, 'Terminal=false', 'X-GNOME-Autostart-enabled=true'].join('\n')}\n`;
}
