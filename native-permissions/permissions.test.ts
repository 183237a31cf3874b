import { describe, expect, test, vi } from 'vitest';
import { PERMISSION_KINDS } from './permission.ts';
import { kindFrom } from './permission-kind.ts';
import { permissionsFor } from './permissions.ts';

describe('permissions', () => {
  test('[P02] an operating system that is not known claims nothing', async () => {
    const permissions = permissionsFor({ platform: 'freebsd', env: {} });
    for (const kind of PERMISSION_KINDS) {
      expect((await permissions.status(kind)).state).toBe('unknown');
      expect((await permissions.request(kind)).state).toBe('unknown');
      expect(await permissions.openSettings(kind)).toMatchObject({ error: { code: 'platform-not-yet' } });
    }
  });

  test('[P02] without Electron, and on a machine that is none, macOS and Windows are never granted by default', async () => {
    for (const platform of ['darwin', 'win32'] as const) {
      const { state } = await permissionsFor({ platform, env: {} }).status('microphone');
      expect(state).toBe('unknown');
    }
  });

  test.each([
    ['microphone', 'microphone'],
    ['mic', 'microphone'],
    ['screen_capture', 'screen-capture'],
    ['screen-capture', 'screen-capture'],
    ['display', 'screen-capture'],
    ['system_audio', 'system-audio'],
    ['system-audio', 'system-audio'],
  ] as const)('%s is asked for as %s', (name, kind) => {
    expect(kindFrom(name)).toEqual({ ok: true, value: kind });
  });

  test('a name that is none says which there are', () => {
    for (const name of ['', 'camera', 'Microphone', '__proto__'])
      expect(kindFrom(name)).toMatchObject({
        error: { code: 'bad-request', detail: expect.stringContaining('screen_capture') },
      });
  });

  test('a watcher gets the present state, changes, and nothing after it has unsubscribed', async () => {
    const permissions = permissionsFor({ platform: 'linux', env: { DISPLAY: ':0' } });
    const kept = vi.fn();
    const dropped = vi.fn();
    permissions.watch('screen-capture', kept);
    permissions.watch('screen-capture', dropped)();
    await vi.waitFor(() => expect(kept).toHaveBeenCalledOnce());
    permissions.witness('screen-capture', 'content');
    await new Promise((resolve) => setImmediate(resolve));
    expect(kept).toHaveBeenCalledOnce();
    expect(dropped).not.toHaveBeenCalled();
  });
});
