import { expect, test } from 'vitest';
import { type AuditEvent, auditEvent } from '../../contract/audit.ts';
import { done, TEST_SESSION } from '../vault/test-vault.ts';
import { type AuditWish, auditQuery, isAskedFor } from './query.ts';

const sessionId = TEST_SESSION;
const entry = (at: string, actor: string, event: AuditEvent) => ({
  sequence: 1,
  at,
  actor,
  event,
  previous: '0'.repeat(64),
  hash: '0'.repeat(64),
});
const statement = {
  sessionId,
  endUserId: 'ada',
  organisation: 'ACME',
  purpose: 'notes',
  retentionDays: null,
  recipients: ['ACME'],
  localCopy: 'keep' as const,
  policyVersion: 1,
  channels: [{ id: 'mic:default', name: 'Microphone', mode: 'keep' as const }],
};
const receipt = { statement, statementSha256: 'a'.repeat(64), agreedAt: '2026-03-01T10:00:00.000Z' };
const ENTRIES = {
  consent: entry('2026-03-01T10:00:00.000Z', 'ada', {
    type: 'consent.given',
    receipt: { ...receipt, act: 'window' },
  }),
  start: entry('2026-03-01T10:00:01.000Z', 'ada', {
    type: 'session.started',
    sessionId,
    channels: [{ id: 'mic:default', mode: 'keep' }],
  }),
  lost: entry('2026-03-01T23:59:59.999Z', 'tallylight', {
    type: 'channel.lost',
    sessionId,
    channelId: 'display:1',
    code: 'device-gone',
  }),
  policy: entry('2026-03-02T00:00:00.000Z', 'tallylight', {
    type: 'policy.changed',
    sessionId,
    fromVersion: 1,
    toVersion: 2,
    ended: ['mic:default'],
  }),
  trust: entry('2026-03-02T08:00:00.000Z', 'tallylight', {
    type: 'trust.replaced',
    origin: 'https://media.example.com',
    fromKid: 'k-one',
    toKid: 'k-two',
  }),
  other: entry('2026-03-02T09:00:00.000Z', 'bob', { type: 'session.complete', sessionId: 'cap-9876543210' }),
};
function found(wish: AuditWish): string[] {
  const query = done(auditQuery(wish));
  return Object.entries(ENTRIES).flatMap(([name, each]) => (isAskedFor(each, query) ? [name] : []));
}

test('[P29] the log is asked by actor, by object and by time, and by all of them at once', () => {
  expect(found({})).toEqual(Object.keys(ENTRIES));
  expect(found({ actor: 'ada' })).toEqual(['consent', 'start']);
  expect(found({ actor: 'ad' })).toEqual([]);
  expect(found({ object: sessionId })).toEqual(['consent', 'start', 'lost', 'policy']);
  expect(found({ object: 'mic:default' })).toEqual(['consent', 'start', 'policy']);
  expect(found({ object: 'display:1' })).toEqual(['lost']);
  expect(found({ object: 'https://media.example.com' })).toEqual(['trust']);
  expect(found({ since: '2026-03-02' })).toEqual(['policy', 'trust', 'other']);
  expect(found({ until: '2026-03-02' })).toEqual(['consent', 'start', 'lost']);
  expect(found({ since: '2026-03-01T11:00:01+01:00', until: '2026-03-02T00:00:00.001Z' })).toEqual([
    'start',
    'lost',
    'policy',
  ]);
  expect(found({ actor: 'tallylight', object: 'mic:default', since: '2026-03-02' })).toEqual(['policy']);
});

test.each([
  [{ since: 'yesterday' }, '--since'],
  [{ until: '2026-13-01' }, '--until'],
  [{ until: '2026-03-01 10:00' }, '--until'],
  [{ since: '' }, '--since'],
])('what is no time is not understood: %j', (wish, option) => {
  expect(auditQuery(wish)).toMatchObject({
    error: { code: 'usage', detail: expect.stringContaining(option) },
  });
});

test('every event of a session is found by it', () => {
  for (const { shape } of auditEvent.options) {
    const event = { type: shape.type.value, sessionId } as AuditEvent;
    if (['consent.given', 'trust.replaced', 'audit.set-aside'].includes(event.type)) continue;
    expect(isAskedFor(entry('2026-03-01T10:00:00.000Z', 'ada', event), { object: sessionId })).toBe(true);
  }
});
