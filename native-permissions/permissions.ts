import { fail } from '../contract/result.ts';
import { fixedPermissions } from './fixed-permissions.ts';
import { linuxPermissions } from './linux.ts';
import { macosPermissions } from './macos.ts';
import type { Permissions } from './permission.ts';
import { windowsPermissions } from './windows.ts';

export type { PermissionKind } from './permission.ts';

/** The permissions of the platform this runs on. `env` is the host's environment. */
export function permissionsFor(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): Permissions {
  switch (platform) {
    case 'linux':
      return linuxPermissions(env);
    case 'darwin':
      return macosPermissions();
    case 'win32':
      return windowsPermissions();
    default:
      return fixedPermissions(
        (kind) => ({
          kind,
          state: 'unknown',
          source: `none: ${platform}`,
          sentence: 'Tallylight does not know this operating system.',
          nextStep: null,
        }),
        async () => fail('platform-not-yet', platform),
      );
  }
}
