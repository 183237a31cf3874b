import type { Handlers } from '../../contract/bridge/bridge.ts';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { fail, ok } from '../../contract/result.ts';
import type { Permissions } from '../../native-permissions/permission.ts';
import { kindFrom } from '../../native-permissions/permission-kind.ts';
import type { Log, Shell } from '../host.ts';

export type PermissionCallParts = {
  readonly permissions: Pick<Permissions, 'request' | 'openSettings'>;
  readonly reopen: Shell['reopen'];
  readonly latest: () => Snapshot;
  readonly log: Log;
};

/** What a person can do about the system's permissions from a face. */
export function permissionCalls({
  permissions,
  reopen,
  latest,
  log,
}: PermissionCallParts): Pick<Handlers, 'permission.request' | 'permission.open-settings' | 'app.reopen'> {
  return {
    'permission.request': async ({ kind: name }) => {
      const kind = kindFrom(name);
      if (!kind.ok) return kind;
      const { state } = await permissions.request(kind.value);
      log('permission.requested', { kind: kind.value, state });
      return ok(latest());
    },
    'permission.open-settings': async ({ kind: name }) => {
      const kind = kindFrom(name);
      if (!kind.ok) return kind;
      const opened = await permissions.openSettings(kind.value);
      return opened.ok ? ok(latest()) : opened;
    },
    'app.reopen': async () => {
      if (reopen === undefined) return fail('not-now', 'this host cannot start itself anew');
      // Not waited for: what answers here ends with it.
      reopen().catch((error: unknown) => log('app.not-reopened', { cause: String(error) }));
      return ok(latest());
    },
  };
}
