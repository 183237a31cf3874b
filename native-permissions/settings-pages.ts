import { fail, ok, type Result } from '../contract/result.ts';
import { firstLineOf } from './native-library.ts';
import type { PermissionKind, SystemSettings } from './permission.ts';
import { askProgram, type Environment } from './small-program.ts';

const MACOS_PRIVACY = 'x-apple.systempreferences:com.apple.preference.security?Privacy_';

/** Every page that can be opened from here; nothing else is ever handed to the system to open. */
const PAGES = {
  darwin: {
    microphone: `${MACOS_PRIVACY}Microphone`,
    'screen-capture': `${MACOS_PRIVACY}ScreenCapture`,
    // Believed, not measured: from macOS 14.4 on. Before, system audio went with the screen.
    'system-audio': `${MACOS_PRIVACY}AudioCapture`,
  },
  win32: {
    microphone: 'ms-settings:privacy-microphone',
    'screen-capture': 'ms-settings:display',
    'system-audio': 'ms-settings:sound',
  },
} as const satisfies Record<string, Record<PermissionKind, string>>;

/** Darwin 23.4 is macOS 14.4. */
const OWN_PAGE_FOR_SYSTEM_AUDIO = { major: 23, minor: 4 };

/** The settings page of a kind; `release` is `os.release()`. */
export function pageOf(platform: 'darwin' | 'win32', kind: PermissionKind, release: string): string {
  if (platform === 'darwin' && kind === 'system-audio' && !hasOwnPage(release))
    return PAGES.darwin['screen-capture'];
  return PAGES[platform][kind];
}

function hasOwnPage(release: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  const { major: since, minor: sinceMinor } = OWN_PAGE_FOR_SYSTEM_AUDIO;
  return major > since || (major === since && minor >= sinceMinor);
}

/** Whether a URL is one of the pages of that system, to the letter. */
export function isSettingsPage(platform: 'darwin' | 'win32', url: string): boolean {
  return Object.values<string>(PAGES[platform]).includes(url);
}

/** Opens a page by Electron, and without it, or where it fails, by the system's own program. Error: `not-now`. */
export async function openPage(
  platform: 'darwin' | 'win32',
  page: string,
  env: Environment,
  settings: SystemSettings | undefined,
): Promise<Result<void>> {
  let why = '';
  try {
    if (settings !== undefined) {
      await settings.openUrl(page);
      return ok(undefined);
    }
  } catch (error) {
    why = `${firstLineOf(error)}; `;
  }
  const program = platform === 'darwin' ? '/usr/bin/open' : windowsProgram('explorer.exe', env);
  const answer = await askProgram(program, [page], env);
  // explorer.exe ends with 1 although it opened the page.
  if (answer.kind === 'ended' && (platform === 'win32' || answer.exitCode === 0)) return ok(undefined);
  return fail(
    'not-now',
    `${page}: ${why}${program} ${answer.kind === 'ended' ? answer.exitCode : answer.why}`,
  );
}

/** By its full path: a program of that name beside ours must not be taken for the system's. */
export function windowsProgram(name: 'explorer.exe' | 'System32\\reg.exe', env: Environment): string {
  return `${env.SystemRoot ?? env.SYSTEMROOT ?? 'C:\\Windows'}\\${name}`;
}
