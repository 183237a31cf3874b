import { fail } from '../contract/result.ts';
import { fixedPermissions } from './fixed-permissions.ts';
import type { Permissions } from './permission.ts';

/** Windows: its privacy settings are not read yet, so nothing is claimed about them. */
export function windowsPermissions(): Permissions {
  return fixedPermissions(
    (kind) => ({
      kind,
      state: 'unknown',
      source: 'none: Windows (ConsentStore) is not built yet',
      sentence: 'Capture on Windows is not built yet, and neither is reading its privacy settings.',
      nextStep: { kind: 'other', sentence: 'Use a Linux machine with X11 for now.' },
    }),
    async () => fail('platform-not-yet', 'Windows: Settings, Privacy & security'),
  );
}
