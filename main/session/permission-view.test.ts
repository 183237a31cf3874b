import { expect, test } from 'vitest';
import { permissionView } from '../../contract/bridge/snapshot.ts';
import { said } from '../../contract/spoken/spoken.ts';
import {
  PERMISSION_KINDS,
  type Permission,
  type PermissionKind,
  type Permissions,
} from '../../native-permissions/permission.ts';
import { permissionsShown, takenBack, watchPermissions } from './permission-view.ts';

function permission(kind: PermissionKind, changes: Partial<Permission> = {}): Permission {
  return {
    kind,
    state: 'granted',
    source: 'a test',
    said: said('linux-unasked', { kind }),
    nextStep: null,
    ...changes,
  };
}
const denied = permission('screen-capture', {
  state: 'denied',
  said: said('mac-screen-denied', { subject: 'app' }),
  nextStep: { kind: 'open-settings', said: said('mac-screen-allow', { subject: 'app' }) },
});
const known = [permission('microphone'), denied, permission('system-audio', { state: 'unknown' })];

/** A system whose answers the test gives. */
function system() {
  const listeners = new Map<PermissionKind, (permission: Permission) => void>();
  const watch: Permissions['watch'] = (kind, listener) => {
    listeners.set(kind, listener);
    return () => void listeners.delete(kind);
  };
  return { watch, listeners, say: (one: Permission) => listeners.get(one.kind)?.(one) };
}

test('[P02] what the system says of each kind is known from its first answer on, and each change is told', () => {
  const { watch, say, listeners } = system();
  let changes = 0;
  const watched = watchPermissions({ watch }, () => changes++);
  expect([...listeners.keys()]).toEqual(PERMISSION_KINDS);
  expect(watched.known()).toEqual([]);
  say(denied);
  say(permission('microphone', { state: 'not-determined' }));
  expect(watched.known().map(({ kind, state }) => [kind, state])).toEqual([
    ['microphone', 'not-determined'],
    ['screen-capture', 'denied'],
  ]);
  say(permission('microphone'));
  expect(watched.known()[0]?.state).toBe('granted');
  expect(changes).toBe(3);
});

test('nothing is listened to after the end', () => {
  const { watch, listeners } = system();
  watchPermissions({ watch }, () => undefined).close();
  expect(listeners.size).toBe(0);
});

test('only what is listed or refused is shown, word for word, and never as more than the system said', () => {
  expect(permissionsShown(known, new Set(['mic', 'system_audio'])).map(({ state }) => state)).toEqual([
    'granted',
    'denied',
    'unknown',
  ]);
  const [shown, ...others] = permissionsShown(known, new Set());
  expect(others).toEqual([]);
  const { kind, state, said, nextStep } = denied;
  expect(shown).toEqual({ kind, state, said, nextStep });
  expect(permissionView.parse(shown)).toEqual(shown);
});

test('every kind, state and step of a permission has its place in the contract', () => {
  const { kind, state } = permissionView.shape;
  const kinds: readonly PermissionKind[] = kind.options;
  const states: readonly Permission['state'][] = state.options;
  expect(kinds).toEqual(PERMISSION_KINDS);
  expect(states).toHaveLength(5);
});

test.each(['starting', 'recording', 'paused'] as const)(
  '[P02] while it is %s a permission that is taken back is trouble, in its own words',
  (state) => {
    expect(takenBack(known, 'display', state)).toMatchObject({
      code: 'permission-denied',
      message: 'macOS does not let Tallylight record the screen.',
      action: 'Allow Tallylight under Privacy & Security, Screen & System Audio Recording.',
    });
    expect(takenBack(known, 'mic', state)).toBeNull();
    expect(takenBack(known, 'system_audio', state)).toBeNull();
    expect(takenBack([], 'display', state)).toBeNull();
  },
);

test.each(['idle', 'consenting', 'stopping', 'delivering', 'complete', 'failed'] as const)(
  'while it is %s nothing is taken back',
  (state) => expect(takenBack(known, 'display', state)).toBeNull(),
);
