import { release } from 'node:os';
import { fail } from '../contract/result.ts';
import { said } from '../contract/spoken/spoken.ts';
import { screenAccess } from './core-graphics.ts';
import { fixedPermissions } from './fixed-permissions.ts';
import { linuxPermissions } from './linux.ts';
import { macosPermissions } from './macos.ts';
import type { AskedMemory, Permissions, SystemSettings } from './permission.ts';
import { firstThatReads } from './registry.ts';
import { canReadByApi, readByApi } from './registry-native.ts';
import { readByProgram, regOf } from './registry-program.ts';
import type { Environment } from './small-program.ts';
import { windowsPermissions } from './windows.ts';

export type { PermissionKind } from './permission.ts';

/** One look is about eight runs of `reg.exe`, 100 ms each. */
const REGISTRY_PROGRAM_LOOK_MS = 5_000;

/** Where permissions are asked for, and what is there to ask. */
export type Surroundings = {
  readonly platform: NodeJS.Platform;
  readonly env: Environment;
  /** Electron's; without it the system is asked as far as it answers, and nothing is claimed. */
  readonly settings?: SystemSettings;
  readonly memory?: AskedMemory;
  /** The bundle that macOS knows the app by, e.g. `app.tallylight.desktop`. */
  readonly bundleId?: string;
};

/** The permissions of the platform this runs on: to be made once a process, as it remembers what captures showed. */
export function permissionsFor({ platform, env, settings, memory, bundleId }: Surroundings): Permissions {
  const electron = settings === undefined ? {} : { settings };
  switch (platform) {
    case 'linux':
      return linuxPermissions(env);
    case 'darwin':
      return macosPermissions({
        env,
        screen: screenAccess(),
        release: release(),
        ...electron,
        ...(memory === undefined ? {} : { memory }),
        ...(bundleId === undefined ? {} : { bundleId }),
      });
    case 'win32':
      return windowsPermissions({
        env,
        read: firstThatReads([readByApi, readByProgram(regOf(env))]),
        ...(canReadByApi() ? {} : { lookEveryMs: REGISTRY_PROGRAM_LOOK_MS }),
        ...electron,
      });
    default:
      return fixedPermissions(
        (kind) => ({
          kind,
          state: 'unknown',
          source: `none: ${platform}`,
          said: said('unknown-system'),
          nextStep: null,
        }),
        async () => fail('platform-not-yet', platform),
      );
  }
}
