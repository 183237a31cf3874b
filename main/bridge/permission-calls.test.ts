import { expect, test } from 'vitest';
import { fail, ok } from '../../contract/result.ts';
import { said } from '../../contract/spoken/spoken.ts';
import type { Permission, PermissionKind } from '../../native-permissions/permission.ts';
import type { Shell } from '../host.ts';
import { permissionCalls } from './permission-calls.ts';
import { testSnapshot } from './test-snapshot.ts';

function called(reopen?: Shell['reopen']) {
  const happened: string[] = [];
  const answer = (kind: PermissionKind): Permission => ({
    kind,
    state: 'denied',
    source: 'a test',
    said: said('unknown-system'),
    nextStep: null,
  });
  const calls = permissionCalls({
    permissions: {
      request: async (kind) => {
        happened.push(`request ${kind}`);
        return answer(kind);
      },
      openSettings: async (kind) => {
        happened.push(`settings ${kind}`);
        return kind === 'system-audio' ? fail('not-now', 'no page') : ok(undefined);
      },
    },
    reopen,
    latest: testSnapshot,
    log: (event) => void happened.push(event),
  });
  return { calls, happened };
}

test.each([
  ['microphone', 'microphone'],
  ['screen-capture', 'screen-capture'],
  ['screen_capture', 'screen-capture'],
  ['system-audio', 'system-audio'],
  ['system_audio', 'system-audio'],
  ['display', 'screen-capture'],
])('[P02] the system is asked for %s, in whatever way it is spelt', async (name, kind) => {
  const { calls, happened } = called();
  expect(await calls['permission.request']({ kind: name })).toEqual(ok(testSnapshot()));
  expect(happened).toEqual([`request ${kind}`, 'permission.requested']);
});

test.each(['camera', '', 'Microphone', '__proto__'])('nobody is asked for %j', async (kind) => {
  const { calls, happened } = called();
  expect(await calls['permission.request']({ kind })).toMatchObject({ error: { code: 'bad-request' } });
  expect(await calls['permission.open-settings']({ kind })).toMatchObject({ error: { code: 'bad-request' } });
  expect(happened).toEqual([]);
});

test('the settings open at the right place, and where there is none that is told', async () => {
  const { calls, happened } = called();
  expect(await calls['permission.open-settings']({ kind: 'screen_capture' })).toEqual(ok(testSnapshot()));
  expect(await calls['permission.open-settings']({ kind: 'system-audio' })).toEqual(
    fail('not-now', 'no page'),
  );
  expect(happened).toEqual(['settings screen-capture', 'settings system-audio']);
});

test('a host that cannot start itself anew says so', async () => {
  expect(await called().calls['app.reopen']({})).toMatchObject({ error: { code: 'not-now' } });
});

test('reopening is answered before it is done, as nobody is there to answer afterwards', async () => {
  const { calls } = called(() => new Promise(() => undefined));
  expect(await calls['app.reopen']({})).toEqual(ok(testSnapshot()));
});

test('where reopening fails it is logged', async () => {
  const { calls, happened } = called(async () => {
    throw new Error('no');
  });
  expect(await calls['app.reopen']({})).toEqual(ok(testSnapshot()));
  await Promise.resolve();
  expect(happened).toEqual(['app.not-reopened']);
});
