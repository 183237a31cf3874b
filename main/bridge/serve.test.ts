import { describe, expect, test } from 'vitest';
import type { Handlers } from '../../contract/bridge/bridge.ts';
import { CALL_NAMES } from '../../contract/bridge/names.ts';
import { fail, ok } from '../../contract/result.ts';
import { serveBridge } from './serve.ts';
import { testSnapshot } from './test-snapshot.ts';

function served(changes: Partial<Handlers> = {}) {
  const reached: string[] = [];
  const logged: [string, unknown][] = [];
  const handlers = Object.fromEntries(
    CALL_NAMES.map((name) => [
      name,
      async () => {
        reached.push(name);
        return ok(ANSWERS[name] ?? testSnapshot());
      },
    ]),
  ) as unknown as Handlers;
  const call = serveBridge({ ...handlers, ...changes }, (event, fields) => logged.push([event, fields]));
  return { call, reached, logged };
}
const REQUESTS: Readonly<Record<string, unknown>> = {
  'channel.choose': { channelId: 'mic:default', mode: 'live' },
  'session.agree': {
    channels: [{ id: 'mic:default', mode: 'keep' }],
    policyVersion: 1,
    text: 'Record what is ticked.',
    locale: 'en',
  },
  'consent.revoke': { channelId: 'mic:default', erase: true },
  'permission.request': { kind: 'screen_capture' },
  'permission.open-settings': { kind: 'screen-capture' },
  'library.list': { from: 0, limit: 10 },
  'library.verify': { sessionId: 'cap-1234567890' },
  'library.export': { sessionId: 'cap-1234567890', perChannel: false },
  'library.delete': { sessionId: 'cap-1234567890' },
  'library.open': { sessionId: 'cap-1234567890' },
};
/** What is not answered by a snapshot. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  'library.list': { revision: 1, entries: [], total: 0 },
  'library.verify': { media: null, signed: null },
  'library.export': { files: [] },
  'library.open': {
    ...{ sessionId: 'cap-1234567890', title: null, startedAt: '2026-03-01T10:00:00.000Z' },
    ...{ durationMs: 0, tracks: [] },
  },
};

describe('the bridge', () => {
  test('answers every call it names', async () => {
    const { call, reached } = served();
    for (const name of CALL_NAMES)
      expect(await call(name, REQUESTS[name] ?? {})).toEqual(ok(ANSWERS[name] ?? testSnapshot()));
    expect(reached).toEqual([...CALL_NAMES]);
  });

  test.each(['', 'session.erase', '__proto__', 'constructor', 'toString', 'snapshot.read '])(
    'knows no call %j',
    async (name) => {
      const { call, reached } = served();
      expect(await call(name, {})).toMatchObject({ error: { code: 'bad-request' } });
      expect(reached).toEqual([]);
    },
  );

  test.each([
    ['snapshot.read', undefined],
    ['snapshot.read', null],
    ['snapshot.read', []],
    ['session.stop', { now: true }],
    ['channel.choose', { channelId: '../../etc', mode: 'live' }],
    ['channel.choose', { channelId: 'mic:default', mode: 'always' }],
    ['channel.choose', { channelId: 'mic:default', mode: 'live', token: 'st-secret' }],
    ['permission.request', {}],
    ['permission.request', { kind: 7 }],
    ['permission.open-settings', { kind: 'microphone', url: 'https://example.com' }],
    ['app.reopen', { now: true }],
    ['consent.revoke', { channelId: 'mic:default' }],
    ['consent.revoke', { channelId: '../../etc', erase: true }],
    ['session.agree', { channels: [{ id: 'mic:default', mode: 'live' }], policyVersion: 1 }],
    ['session.agree', { channels: [], policyVersion: 1 }],
    ['session.agree', { channels: [{ id: 'mic:default', mode: 'off' }], policyVersion: 1 }],
    ['session.agree', { channels: [{ id: 'mic:default', mode: 'live' }], policyVersion: '1' }],
  ])('runs nothing for %s with %j, and does not repeat what it was sent', async (name, request) => {
    const { call, reached } = served();
    const refused = await call(name, request);
    expect(refused).toMatchObject({ error: { code: 'bad-request' } });
    expect(JSON.stringify(refused)).not.toMatch(/st-secret|etc|always/);
    expect(reached).toEqual([]);
  });

  test('passes a refusal on as it is, and logs its code', async () => {
    const { call, logged } = served({ 'session.pause': async () => fail('not-now', 'idle') });
    expect(await call('session.pause', {})).toEqual(fail('not-now', 'idle'));
    expect(logged).toEqual([['bridge.refused', { name: 'session.pause', code: 'not-now', detail: 'idle' }]]);
  });

  test('makes a bug `internal`: the cause is for the log, not for the face', async () => {
    const { call, logged } = served({
      'session.stop': async () => {
        throw new Error('a bug at /home/ada');
      },
    });
    expect(await call('session.stop', {})).toEqual(fail('internal', 'session.stop'));
    expect(logged).toEqual([
      ['bridge.bug', { name: 'session.stop', cause: expect.stringContaining('a bug at /home/ada') }],
    ]);
  });

  test('lets out nothing but what the contract names', async () => {
    const { call } = served({
      'snapshot.read': async () =>
        ok({ ...testSnapshot(), token: 'st-secret' } as ReturnType<typeof testSnapshot>),
      'session.renew': async () => ok({ ...testSnapshot(), revision: Number.NaN }),
    });
    expect(await call('snapshot.read', {})).toEqual(ok(testSnapshot()));
    expect(await call('session.renew', {})).toEqual(fail('internal', 'session.renew'));
  });
});
