import { execFileSync, spawnSync } from 'node:child_process';
import type { Permissions } from '../../../native-permissions/permission.ts';
import { permissionsFor } from '../../../native-permissions/permissions.ts';
import { readByApi } from '../../../native-permissions/registry-native.ts';
import { readByProgram, regOf } from '../../../native-permissions/registry-program.ts';
import { windowsPermissions } from '../../../native-permissions/windows.ts';
import { asked, tell } from './told.ts';

/** Plants values in the registry, one case after the other, and tells what each of our readers makes of them. */

type Planted = { readonly key: string; readonly name: string; readonly type: string; readonly data: string };

const { keys, cases } = asked<{
  /** Where the values are planted; nothing is left in them. */
  readonly keys: readonly string[];
  readonly cases: readonly { readonly name: string; readonly planted: readonly Planted[] }[];
}>();
const { env } = process;
const readers: Readonly<Record<string, Permissions>> = {
  'RegGetValueW through koffi': windowsPermissions({ env, read: readByApi }),
  'reg.exe': windowsPermissions({ env, read: readByProgram(regOf(env)) }),
  'whichever answers': permissionsFor({ platform: 'win32', env }),
};

/** Whatever an earlier run left. */
for (const key of keys) remove(key);
for (const { name, planted } of cases) {
  for (const { key, name: value, type, data } of planted)
    execFileSync('reg.exe', ['add', key, '/v', value, '/t', type, '/d', data, '/f'], { stdio: 'ignore' });
  await Promise.all(
    Object.entries(readers).map(async ([reader, permissions]) =>
      tell({ what: 'status', name, reader, permission: await permissions.status('microphone') }),
    ),
  );
  // The deepest key goes first: with one that is above it, it would be gone already.
  for (const { key } of planted.toReversed()) remove(key);
}

/** Removes a key and what is below it; one that is not there is as good as removed. */
function remove(key: string): void {
  spawnSync('reg.exe', ['delete', key, '/f'], { stdio: 'ignore' });
}
