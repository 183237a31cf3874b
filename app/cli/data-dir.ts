import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where this device keeps recordings unless --data says otherwise; `npm start` and the command line share it. */
export function clientDir(): string {
  return join(baseDir(), 'client');
}

/** Where the media service of this machine keeps its store unless --data says otherwise. */
export function serviceDir(): string {
  return join(baseDir(), 'service');
}

/** TALLYLIGHT_DATA, or the place each system has for an app's data. */
export function baseDir(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const named = env.TALLYLIGHT_DATA;
  if (named !== undefined && named !== '') return named;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Tallylight');
  if (process.platform === 'win32')
    return join(env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Tallylight');
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'tallylight');
}
