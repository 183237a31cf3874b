import { expect, onTestFinished, test, vi } from 'vitest';
import { snapshot } from '../contract/bridge/snapshot.ts';
import { fail } from '../contract/result.ts';
import { type RefusedSetting, UNTOUCHED_SETTINGS } from '../contract/settings.ts';
import { openCapture } from './capture.ts';
import type { Host, Shell } from './host.ts';
import { keyFileSecrets } from './vault/key-file.ts';
import { done, testFolder } from './vault/test-vault.ts';

const unreachable: Host['connection'] = {
  open: async () => fail('service-unreachable', 'a test'),
  reopen: async () => fail('service-unreachable', 'a test'),
};

async function opened(shell?: Shell) {
  const dataDir = await testFolder();
  const logged: string[] = [];
  const capture = done(
    await openCapture({
      kind: shell === undefined ? 'browser' : 'desktop',
      dataDir,
      secrets: done(await keyFileSecrets(dataDir)),
      connection: unreachable,
      env: { PATH: process.env.PATH },
      log: (event) => void logged.push(event),
      ...(shell === undefined ? {} : { shell }),
    }),
  );
  onTestFinished(capture.close);
  const read = async () => snapshot.parse(done(await capture.call('snapshot.read', {})));
  return { call: capture.call, read, logged };
}

test('[P02] a face asks for a permission in either spelling, and for nothing that is none', async () => {
  const { call, logged } = await opened();
  for (const kind of ['microphone', 'screen-capture', 'screen_capture', 'system-audio', 'system_audio'])
    expect(await call('permission.request', { kind })).toMatchObject({ ok: true });
  expect(logged.filter((event) => event === 'permission.requested')).toHaveLength(5);
  expect(await call('permission.request', { kind: 'camera' })).toMatchObject({
    error: { code: 'bad-request' },
  });
});

test('without a shell nobody can be reopened, and the snapshot says so', async () => {
  const { call, read } = await opened();
  expect((await read()).canReopen).toBe(false);
  expect(await call('app.reopen', {})).toMatchObject({ error: { code: 'not-now' } });
});

test('a shell that can reopen is asked to', async () => {
  let asked = 0;
  const { call, read } = await opened({
    onPower: () => () => undefined,
    reopen: async () => void asked++,
  });
  expect((await read()).canReopen).toBe(true);
  expect(await call('app.reopen', {})).toMatchObject({ ok: true });
  expect(asked).toBe(1);
});

test('what a face sets is in every snapshot from then on, and what it may not set is refused', async () => {
  const { call, read } = await opened();
  expect((await read()).settings).toEqual(UNTOUCHED_SETTINGS);
  expect(await call('settings.change', { language: 'es' })).toMatchObject({
    value: { settings: { chosen: { language: 'es', theme: 'system' } } },
  });
  expect((await read()).settings.chosen.language).toBe('es');
  expect(await call('settings.change', { language: 'fr' })).toMatchObject({
    error: { code: 'bad-request', detail: 'settings.change: language: invalid_value' },
  });
});

test('what the shell could not put into force of the settings is in the next snapshot', async () => {
  const refused: RefusedSetting[] = [];
  let changed: (() => void) | undefined;
  const { read } = await opened({
    onPower: () => () => undefined,
    refused: {
      now: () => refused,
      onChange: (listener) => {
        changed = listener;
        return () => undefined;
      },
    },
  });
  const before = await read();
  expect(before.settings.refused).toEqual([]);
  refused.push('pause');
  changed?.();
  await vi.waitFor(async () => {
    const { revision, settings } = await read();
    expect(revision).toBeGreaterThan(before.revision);
    expect(settings.refused).toEqual(['pause']);
  });
});
