import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where recordings are kept unless --data says otherwise; the place each system has for an app's data. */
export function defaultDataDir(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const named = env.TALLYLIGHT_DATA;
  if (named !== undefined && named !== '') return named;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Tallylight');
  if (process.platform === 'win32')
    return join(env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Tallylight');
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'tallylight');
}
