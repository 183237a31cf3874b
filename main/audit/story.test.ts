import { expect, test } from 'vitest';
import { type AuditEvent, auditEvent } from '../../contract/audit.ts';
import { REMEDIES } from '../../contract/errors.ts';
import { TEST_SESSION } from '../vault/test-vault.ts';
import { storyLine } from './story.ts';

const sessionId = TEST_SESSION;
const channelId = 'mic:default';
const statement = {
  sessionId,
  endUserId: 'ada',
  organisation: 'ACME',
  purpose: 'meeting notes',
  retentionDays: 30,
  recipients: ['ACME', 'its archive'],
  localCopy: 'keep' as const,
  policyVersion: 1,
  maxSessionMinutes: null,
  text: 'Record this?',
  locale: 'en',
  channels: [
    { id: channelId, name: 'Microphone', mode: 'keep' as const },
    { id: 'display:1', name: 'Display', mode: 'live' as const },
  ],
};
const receipt = {
  statement,
  statementSha256: 'a'.repeat(64),
  agreedAt: '2026-03-01T10:00:00.000Z',
  act: 'window' as const,
};
const STORY: [AuditEvent, string][] = [
  [
    { type: 'consent.given', receipt },
    'agreed in the window to mic:default kept, display:1 live only; for meeting notes; kept for 30 days; goes to ACME, its archive',
  ],
  [
    {
      type: 'consent.given',
      receipt: { ...receipt, act: 'command-line', statement: { ...statement, retentionDays: null } },
    },
    'agreed by command line to mic:default kept, display:1 live only; for meeting notes; kept until somebody deletes it; goes to ACME, its archive',
  ],
  [
    { type: 'session.started', sessionId, channels: [{ id: channelId, mode: 'keep' }] },
    'started recording mic:default',
  ],
  [
    { type: 'session.refused', sessionId, code: 'policy-forbids' },
    'the recording was refused; nothing was kept or sent: The policy of your organisation does not allow this choice for this channel.',
  ],
  [{ type: 'take.started', sessionId, channelId, take: 2, startedAtMs: 5 }, 'mic:default opened, take 2'],
  [
    { type: 'take.ended', sessionId, channelId, take: 2, reason: 'paused', fragments: 7 },
    'mic:default released, take 2, 7 fragments (paused)',
  ],
  [
    { type: 'channel.gap', sessionId, channelId, fromMs: 1000, toMs: 2250, reason: 'device-gone' },
    'mic:default captured nothing for 1.3 s: The device is no longer there.',
  ],
  [
    { type: 'channel.gap', sessionId, channelId, fromMs: 0, toMs: 500, reason: 'default-changed' },
    'mic:default captured nothing for 0.5 s: Another device became the default.',
  ],
  [
    { type: 'take.ended', sessionId, channelId, take: 3, reason: 'permission-denied', fragments: 1 },
    'mic:default released, take 3, 1 fragments: The operating system does not let Tallylight use this device.',
  ],
  [
    { type: 'channel.trouble', sessionId, channelId, code: 'channel-silent' },
    'mic:default records on and brings nothing of use: The microphone gives nothing but digital silence.',
  ],
  [
    { type: 'channel.recovered', sessionId, channelId, code: 'channel-silent' },
    'mic:default brings something of use again; before: The microphone gives nothing but digital silence.',
  ],
  [
    { type: 'channel.lost', sessionId, channelId, code: 'device-gone' },
    'mic:default was lost: The device is no longer there.',
  ],
  [
    { type: 'channel.lost', sessionId, channelId, code: 'of another version' },
    'mic:default was lost (of another version)',
  ],
  [
    { type: 'session.paused', sessionId, atMs: 1500, by: 'the person' },
    'paused by the person at 1.5 s; devices released',
  ],
  [{ type: 'session.resumed', sessionId, atMs: 9000 }, 'resumed at 9.0 s'],
  [
    { type: 'session.resumed', sessionId, atMs: 9000, gapMs: 4000 },
    'went on at 9.0 s after a crash; 4.0 s were not captured',
  ],
  [
    { type: 'session.clock-stepped', sessionId, atMs: 61_000, stepMs: 3_600_000 },
    'the clock stepped by 3600.0 s at 61.0 s; every channel began a new take',
  ],
  [
    { type: 'session.stopped', sessionId, atMs: 9000, activeMs: 1500, by: 'the person' },
    'stopped by the person after 1.5 s of recording',
  ],
  [
    {
      type: 'channel.delivered',
      sessionId,
      channelId,
      takes: 1,
      fragments: 3,
      bytes: 99,
      digest: 'b'.repeat(64),
    },
    'mic:default delivered and verified: 3 fragments, 99 bytes, SHA-256 bbbbbbbbbbbbbbbb…',
  ],
  [
    {
      type: 'channel.delivered',
      sessionId,
      channelId,
      takes: 1,
      fragments: 3,
      bytes: 99,
      digest: 'b'.repeat(64),
      receiptSha256: 'c'.repeat(64),
    },
    'mic:default delivered and verified: 3 fragments, 99 bytes, SHA-256 bbbbbbbbbbbbbbbb…, signed for by the media service',
  ],
  [
    { type: 'session.recovered', sessionId, activeMs: 61_500 },
    'had been cut off; 61.5 s of recording were recovered',
  ],
  [
    { type: 'recording.exported', sessionId, channelIds: [channelId], files: 1 },
    'mic:default exported, in the clear, to a file of your own',
  ],
  [
    { type: 'recording.exported', sessionId, channelIds: [channelId, 'display:1'], files: 2 },
    'mic:default, display:1 exported, in the clear, to 2 files of your own',
  ],
  [
    {
      type: 'channel.cut',
      sessionId,
      channelId,
      cutBy: 'policy-forbids',
      takes: 1,
      fragments: 3,
      bytes: 99,
      digest: 'b'.repeat(64),
      left: 2,
    },
    'mic:default delivered as far as the service took it: it holds 3 fragments, 99 bytes; 2 fragments are kept only here: The policy of your organisation does not allow this choice for this channel.',
  ],
  [
    { type: 'channel.forgotten', sessionId, channelId, takes: 1, fragments: 3, bytes: 99, dropped: 2 },
    'mic:default was live only and is forgotten: 3 fragments passed on, 2 dropped, nothing on disk',
  ],
  [
    { type: 'recording.purged', sessionId, reason: 'delivered', files: 4 },
    'the copy on this device was purged, key first, 4 files (delivered)',
  ],
  [
    { type: 'recording.purged', sessionId, reason: 'cut-short', files: 4 },
    'the copy on this device was purged, key first, 4 files (begun earlier and cut short, finished now)',
  ],
  [
    { type: 'recording.purged', sessionId, reason: 'deleted-by-person', files: 4 },
    'the copy on this device was purged, key first, 4 files (deleted by the person)',
  ],
  [
    { type: 'recording.purged', sessionId, reason: 'deleted-at-service', files: 4 },
    'the copy on this device was purged, key first, 4 files (deleted at the media service)',
  ],
  [
    { type: 'recording.purged', sessionId, reason: 'consent-revoked', channelId, files: 2 },
    'the copy of mic:default on this device was purged, key first, 2 files (consent taken back)',
  ],
  [
    { type: 'consent.revoked', sessionId, channelId, atMs: 61_000, erase: true },
    'took back the consent to mic:default at 61.0 s; what was stored of it goes',
  ],
  [
    { type: 'consent.revoked', sessionId, channelId, atMs: 61_000, erase: false },
    'took back the consent to mic:default at 61.0 s; what was stored of it stays',
  ],
  [
    { type: 'policy.changed', sessionId, fromVersion: 2, toVersion: 3, ended: [channelId, 'display:1'] },
    'policy version 3 came into force after version 2; ended mic:default, display:1',
  ],
  [
    { type: 'policy.changed', sessionId, fromVersion: 2, toVersion: 3, ended: [] },
    'policy version 3 came into force after version 2; everything goes on',
  ],
  [
    { type: 'policy.refused', sessionId, reason: 'the signature does not hold' },
    'the policy was refused, nothing is recorded under it (the signature does not hold)',
  ],
  [
    { type: 'trust.replaced', origin: 'https://media.example.com', fromKid: 'k-one', toKid: 'k-two' },
    'the media service at https://media.example.com signs with key k-two from now on, as your backend says; before with k-one',
  ],
  [
    {
      type: 'audit.set-aside',
      folder: 'audit-set-aside-2026-03-01T10-00-00.000Z',
      found: 'entry 1 cannot be read',
      sha256: 'd'.repeat(64),
      entries: 11,
      lastHash: 'e'.repeat(64),
    },
    'the log of before was set aside by command, as it was, in audit-set-aside-2026-03-01T10-00-00.000Z (entry 1 cannot be read); 11 entries of it can be read',
  ],
  [{ type: 'session.complete', sessionId }, 'complete'],
  [
    { type: 'session.failed', sessionId, code: 'internal', kept: 'nothing was stored' },
    `failed; nothing was stored: ${REMEDIES.internal.message}`,
  ],
];

test.each(STORY)('an entry is told as a sentence: %j', (event, sentence) => {
  const at = '2026-03-01T10:00:00.000Z';
  const entry = { sequence: 1, at, actor: 'ada', event, previous: '0'.repeat(64), hash: '0'.repeat(64) };
  expect(auditEvent.parse(event)).toEqual(event);
  expect(storyLine(entry)).toBe(`${at}  ada: ${sentence}`);
});

test('every kind of event has its sentence', () => {
  expect(new Set(STORY.map(([event]) => event.type))).toEqual(
    new Set(auditEvent.options.map(({ shape }) => shape.type.value)),
  );
});
