import type { PermissionView, Snapshot } from '../../contract/bridge/snapshot.ts';
import type { ChannelKind } from '../../contract/channel.ts';
import { errorOf, type TallylightError } from '../../contract/result.ts';
import { inEnglish } from '../../contract/spoken/spoken.ts';
import {
  PERMISSION_KINDS,
  type Permission,
  type PermissionKind,
  type Permissions,
} from '../../native-permissions/permission.ts';
import { isRefused, PERMISSION } from './permitted.ts';

/** What the system said last of each kind of capture, for snapshots. */
export type WatchedPermissions = {
  /** What is known by now; nothing of a kind that the system has not answered for yet. */
  readonly known: () => readonly Permission[];
  readonly close: () => void;
};

/** Listens to the system from here on; nothing is ever waited for. */
export function watchPermissions(
  permissions: Pick<Permissions, 'watch'>,
  onChange: () => void,
): WatchedPermissions {
  const said = new Map<PermissionKind, Permission>();
  const ends = PERMISSION_KINDS.map((kind) =>
    permissions.watch(kind, (permission) => {
      said.set(kind, permission);
      onChange();
    }),
  );
  return {
    known: () => PERMISSION_KINDS.flatMap((kind) => said.get(kind) ?? []),
    close: () => {
      for (const end of ends) end();
    },
  };
}

/** Those that matter: of what is listed, and what the system refuses, which is why nothing of it may be listed. */
export function permissionsShown(
  known: readonly Permission[],
  listed: ReadonlySet<ChannelKind>,
): PermissionView[] {
  const kinds = new Set([...listed].map((kind) => PERMISSION[kind]));
  return known
    .filter((permission) => kinds.has(permission.kind) || isRefused(permission))
    .map(({ kind, state, said, nextStep }) => ({ kind, state, said, nextStep }));
}

/** States in which devices are open or are to be opened again. */
const RUNNING: ReadonlySet<Snapshot['session']['state']> = new Set(['starting', 'recording', 'paused']);

/** What is wrong with a channel that records while the system no longer lets it; it says more than what the device says. */
export function takenBack(
  known: readonly Permission[],
  kind: ChannelKind,
  state: Snapshot['session']['state'],
): TallylightError | null {
  const permission = known.find((one) => one.kind === PERMISSION[kind]);
  if (permission === undefined || !isRefused(permission) || !RUNNING.has(state)) return null;
  const plain = errorOf('permission-denied', permission.source);
  const { said, nextStep } = permission;
  const action = nextStep === null ? plain.action : inEnglish(nextStep.said);
  return { ...plain, message: inEnglish(said), action };
}
