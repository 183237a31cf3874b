import type { Result } from '../contract/result.ts';
import type { Permission, PermissionKind, Permissions } from './permission.ts';

/** Permissions that cannot change or be asked for while the process runs. */
export function fixedPermissions(
  statusOf: (kind: PermissionKind) => Permission,
  openSettings: (kind: PermissionKind) => Promise<Result<void>>,
): Permissions {
  return {
    status: async (kind) => statusOf(kind),
    request: async (kind) => statusOf(kind),
    openSettings,
    witness: () => undefined,
    watch: (kind, listener) => {
      let isWatched = true;
      queueMicrotask(() => {
        if (isWatched) listener(statusOf(kind));
      });
      return () => {
        isWatched = false;
      };
    },
  };
}
