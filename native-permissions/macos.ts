import { fail } from '../contract/result.ts';
import { fixedPermissions } from './fixed-permissions.ts';
import type { Permissions } from './permission.ts';

/** macOS: TCC is not asked yet, so nothing is claimed about it. */
export function macosPermissions(): Permissions {
  return fixedPermissions(
    (kind) => ({
      kind,
      state: 'unknown',
      source: 'none: macOS (TCC) is not built yet',
      sentence: 'Capture on macOS is not built yet, and neither is asking macOS for permission.',
      nextStep: { kind: 'other', sentence: 'Use a Linux machine with X11 for now.' },
    }),
    async () => fail('platform-not-yet', 'macOS: System Settings, Privacy & Security'),
  );
}
