import { describe, expect, test, vi } from 'vitest';
import { linuxPermissions } from './linux.ts';
import { PERMISSION_KINDS } from './permission.ts';
import { permissionsFor } from './permissions.ts';

describe('permissions', () => {
  test.each(PERMISSION_KINDS)(
    '%s is granted on Linux outside a sandbox, and says that nobody asks',
    async (kind) => {
      const { state, sentence } = await linuxPermissions({}, false).status(kind);
      expect(state).toBe('granted');
      expect(sentence).toContain('Tallylight asks you instead');
    },
  );

  test.each([
    ['Flatpak', { FLATPAK_ID: 'org.example' }, false],
    ['Flatpak', {}, true],
    ['snap', { SNAP: '/snap/tallylight/1' }, false],
  ])('[P02] inside %s the state is unknown, never granted', async (sandbox, env, isFlatpak) => {
    const permission = await linuxPermissions(env, isFlatpak).status('microphone');
    expect(permission.state).toBe('unknown');
    expect(permission.nextStep?.sentence).toContain(sandbox);
  });

  test('a Wayland session says that its screens cannot be captured, and leaves sound alone', async () => {
    const permissions = linuxPermissions({ XDG_SESSION_TYPE: 'wayland', DISPLAY: ':0' }, false);
    expect(await permissions.status('screen-capture')).toMatchObject({
      state: 'unknown',
      source: 'XDG_SESSION_TYPE',
    });
    expect((await permissions.status('microphone')).state).toBe('granted');
  });

  test.each(['darwin', 'win32', 'freebsd'] as const)('[P02] %s claims nothing', async (platform) => {
    const permissions = permissionsFor(platform, {});
    for (const kind of PERMISSION_KINDS) {
      expect((await permissions.status(kind)).state).toBe('unknown');
      expect((await permissions.request(kind)).state).toBe('unknown');
      expect(await permissions.openSettings(kind)).toMatchObject({
        ok: false,
        error: { code: 'platform-not-yet' },
      });
    }
  });

  test('a watcher gets the present state, and nothing after it has unsubscribed', async () => {
    const permissions = permissionsFor('linux', {});
    const kept = vi.fn();
    const dropped = vi.fn();
    permissions.watch('microphone', kept);
    permissions.watch('microphone', dropped)();
    await Promise.resolve();
    expect(kept).toHaveBeenCalledOnce();
    expect(dropped).not.toHaveBeenCalled();
  });
});
