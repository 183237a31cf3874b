import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { ServiceAuditEntry } from '../../contract/audit.ts';
import { DEFAULT_POLICY, type Policy } from '../../contract/policy.ts';
import { filesOf, rowsOf } from '../trial/held.ts';
import { takeOf } from '../trial/media.ts';
import { partsOf } from '../trial/parts.ts';
import { recorded } from '../trial/recorded.ts';
import { call, deliver, start } from '../trial/recorder.ts';
import { aSession } from '../trial/records.ts';
import { type Trial, trial } from '../trial/service.ts';
import { dueNow, sweepAll, sweepTenant } from './sweep.ts';

const DAY_MS = 86_400_000;
const { version: _, ...POLICY } = DEFAULT_POLICY;

type Swept = { due: { session_id: string; days: number; since: number }[]; deleted: number };
const sweep = (service: Trial, dry_run: boolean) =>
  call<Swept>(service, 'POST', '/retention/sweep', service.key, { dry_run });
const keepFor = (service: Trial, retentionDays: number | null) =>
  call<Policy>(service, 'PUT', '/policy', service.key, { ...POLICY, retentionDays });

function idsIn({ dataDir }: Pick<Trial, 'dataDir'>): unknown[] {
  return rowsOf(dataDir, 'select id from capture_session order by id').map(({ id }) => id);
}

async function said(service: Trial, action: string): Promise<ServiceAuditEntry[]> {
  const path = '/audit?actor=system&limit=1000';
  const { data } = await call<{ entries: ServiceAuditEntry[] }>(service, 'GET', path, service.key);
  return data.entries.filter((entry) => entry.action === action);
}
const expiries = (service: Trial) => said(service, 'session.expire');

test('[P16] nothing expires where no policy says so, however old it gets', async () => {
  const service = await trial();
  const { session } = await recorded(service, service.key, { endUserId: 'ada' });
  service.clock.now += 50 * 365 * DAY_MS;
  expect(await sweep(service, false)).toMatchObject({ data: { due: [], deleted: 0 } });
  expect(idsIn(service)).toEqual([session.id]);
});

test('[P18] what was recorded is deleted after the days its policy says, to the second, with an entry', async () => {
  const service = await trial();
  await keepFor(service, 30);
  const { session } = await recorded(service, service.key, { endUserId: 'ada' });
  service.clock.now += 5 * DAY_MS;
  const younger = await recorded(service, service.key, { endUserId: 'ada' });
  service.clock.now += 25 * DAY_MS - 1000;
  expect(await sweep(service, false)).toMatchObject({ data: { deleted: 0 } });
  service.clock.now += 1000;
  expect(await sweep(service, true)).toMatchObject({
    data: { due: [{ session_id: session.id, days: 30, since: service.clock.now / 1000 }], deleted: 0 },
  });
  expect(await sweep(service, false)).toMatchObject({ data: { deleted: 1 } });
  expect(idsIn(service)).toEqual([younger.session.id]);
  expect([...filesOf(service.dataDir).keys()].filter((path) => path.includes(session.id))).toEqual([]);
  expect(await expiries(service)).toMatchObject([
    { object: session.id, outcome: 'done', reason: '30 days, policy 2 agreed, 2 in force' },
  ]);
});

test('[P18] what is being recorded stays, whenever its session was made; what nobody ended goes after its last fragment', async () => {
  const service = await trial();
  await keepFor(service, 1);
  const { session } = await recorded(service, service.key, { endUserId: 'ada', until: 'created' });
  service.clock.now += DAY_MS - 60_000;
  const wish = { session_id: session.id };
  const { data } = await call<{ token: string }>(
    service,
    'POST',
    '/capture/session/token',
    service.key,
    wish,
  );
  const { data: begun } = await start(service, data.token, session.id, '+mic:default');
  await deliver(service, begun.rtstreams[0]?.rtstream_id ?? '', takeOf({ seconds: 1 }), data.token);
  service.clock.now += 120_000;
  expect(await sweep(service, false)).toMatchObject({ data: { due: [], deleted: 0 } });
  service.clock.now += DAY_MS - 120_000;
  expect(await sweep(service, false)).toMatchObject({ data: { deleted: 1 } });
});

test('[P18] what is live only stays, too, as long as its client has a token', async () => {
  const service = await trial();
  await keepFor(service, 1);
  const { session } = await recorded(service, service.key, { endUserId: 'ada', until: 'created' });
  service.clock.now += DAY_MS + 60_000;
  const wish = { session_id: session.id };
  const path = '/capture/session/token';
  const { data } = await call<{ token: string }>(service, 'POST', path, service.key, wish);
  await start(service, data.token, session.id, 'mic:default');
  expect(await sweep(service, false)).toMatchObject({ data: { due: [], deleted: 0 } });
  service.clock.now += 3600_000;
  expect(await sweep(service, true)).toMatchObject({ data: { due: [] } });
  service.clock.now += DAY_MS;
  expect(await sweep(service, false)).toMatchObject({ data: { deleted: 1 } });
});

test('[P18] a dry run changes nothing but its own entry in the log', async () => {
  const service = await trial();
  await keepFor(service, 1);
  await recorded(service, service.key, { endUserId: 'ada' });
  service.clock.now += 2 * DAY_MS;
  const state = () => [
    rowsOf(service.dataDir, 'select * from capture_session'),
    rowsOf(service.dataDir, 'select * from fragment'),
    rowsOf(service.dataDir, 'select * from tombstone'),
    [...filesOf(service.dataDir).keys()].filter((path) => path.startsWith('blobs')),
  ];
  const before = state();
  expect((await sweep(service, true)).data.due).toHaveLength(1);
  expect(state()).toEqual(before);
  expect(await expiries(service)).toEqual([]);
});

test('[P18] the shorter of what was agreed and what is in force decides', async () => {
  const service = await trial();
  await keepFor(service, 10);
  const strict = await recorded(service, service.key, { endUserId: 'ada' });
  await keepFor(service, null);
  const free = await recorded(service, service.key, { endUserId: 'ada' });
  await keepFor(service, 90);
  service.clock.now += 11 * DAY_MS;
  expect((await sweep(service, true)).data.due.map((due) => due.session_id)).toEqual([strict.session.id]);
  await keepFor(service, 5);
  const due = (await sweep(service, true)).data.due.map((each) => each.session_id);
  expect(due.sort()).toEqual([strict.session.id, free.session.id].sort());
});

const days = fc.option(fc.integer({ min: 1, max: 40 }), { nil: null });
const someSession = fc.record({
  agreed: fc.option(days, { nil: undefined }),
  ageDays: fc.integer({ min: 0, max: 60 }),
  extraSeconds: fc.constantFrom(-1, 0, 1),
  lastedDays: fc.option(fc.integer({ min: 0, max: 10 }), { nil: null }),
  collection: fc.constantFrom('default', 'team'),
});

test('[P18] exactly the expired set goes, whatever was agreed, is in force and how old it is', async () => {
  const service = await trial();
  const parts = await partsOf(service);
  await parts.store.addCollection({
    tenantId: 'default',
    id: 'team',
    name: '',
    description: '',
    createdAt: 0,
  });
  const now = service.clock.now / 1000;
  await fc.assert(
    fc.asyncProperty(days, days, fc.array(someSession, { maxLength: 12 }), async (here, team, wanted) => {
      const inForce = { default: here, team };
      for (const [collectionId, retentionDays] of Object.entries(inForce))
        await parts.store.setPolicy(
          { tenantId: 'default', collectionId },
          { ...POLICY, retentionDays },
          'test',
          0,
        );
      const expected: string[] = [];
      const made: string[] = [];
      for (const { agreed, ageDays, extraSeconds, lastedDays, collection } of wanted) {
        const createdAt = now - ageDays * 86_400 - extraSeconds;
        const endedAt = lastedDays === null ? null : createdAt + lastedDays * 86_400;
        const policy = agreed === undefined ? null : { ...DEFAULT_POLICY, retentionDays: agreed };
        const session = aSession({ collectionId: collection, createdAt, endedAt, policy });
        const wrappedKey = parts.keyring.wrapNew({ kind: 'session', id: session.id });
        await parts.store.addSession({ ...session, wrappedKey });
        made.push(session.id);
        // The model: no days at all is for ever, and of two the fewer count.
        const least = Math.min(
          agreed ?? Infinity,
          inForce[collection === 'team' ? 'team' : 'default'] ?? Infinity,
        );
        if (now - (endedAt ?? createdAt) >= least * 86_400) expected.push(session.id);
      }
      expect((await dueNow(parts, 'default')).map((due) => due.sessionId)).toEqual(expected.sort());
      expect(await sweepTenant(parts, 'default')).toBe(expected.length);
      expect(idsIn(service)).toEqual(made.filter((id) => !expected.includes(id)).sort());
      for (const id of made) await parts.store.eraseSessions({ tombstones: [tombstone(id)] });
    }),
    { numRuns: 25 },
  );
});

function tombstone(sessionId: string) {
  return { sessionId, tenantId: 'default', channelId: null, deletedAt: 0, jws: '' };
}

test('[P18] a clock that went ahead by weeks deletes nothing by itself for a day, and says so', async () => {
  const service = await trial();
  await keepFor(service, 7);
  const { session } = await recorded(service, service.key, { endUserId: 'ada', until: 'delivered' });
  const parts = await partsOf(service);
  await sweepAll(parts);
  const right = service.clock.now;
  service.clock.now += 40 * DAY_MS;
  await sweepAll(parts);
  service.clock.now += DAY_MS - 1000;
  await sweepAll(parts);
  expect(idsIn(service)).toEqual([session.id]);
  expect(await said(service, 'retention.wait')).toMatchObject([
    { outcome: 'refused', reason: expect.stringContaining('ahead by 40 days') },
  ]);
  // Set right again it goes on as if nothing had been.
  service.clock.now = right;
  await sweepAll(parts);
  service.clock.now += DAY_MS;
  await sweepAll(parts);
  expect(idsIn(service)).toEqual([session.id]);
  // And a jump that was none is over after a day.
  service.clock.now += 7 * DAY_MS;
  await sweepAll(parts);
  expect(idsIn(service)).toEqual([session.id]);
  service.clock.now += DAY_MS;
  await sweepAll(parts);
  expect(idsIn(service)).toEqual([]);
});

test('[P18] a sweep that was cut short goes on at the next start, and deletes no more and no less', async () => {
  const service = await trial();
  await keepFor(service, 7);
  const old: string[] = [];
  for (let index = 0; index < 5; index++)
    old.push((await recorded(service, service.key, { endUserId: 'ada', until: 'delivered' })).session.id);
  service.clock.now += 7 * DAY_MS;
  const young = await recorded(service, service.key, { endUserId: 'ada' });
  const parts = await partsOf(service);
  let scrubs = 0;
  const scrub = async () => {
    scrubs += 1;
    if (scrubs === 3) throw new Error('the machine went down');
    return parts.store.scrub();
  };
  // With the key of the third one gone, and its blobs still there.
  const dying = { ...parts, store: { ...parts.store, scrub } };
  await expect(sweepTenant(dying, 'default')).rejects.toThrow('went down');
  expect(idsIn(service)).toHaveLength(3);
  // A clock that is a week ahead of where it was is not believed at once.
  await service.restart();
  await vi.waitFor(async () => expect(await said(service, 'retention.wait')).toHaveLength(1), 10_000);
  service.clock.now += DAY_MS;
  await service.restart();
  await vi.waitFor(() => expect(idsIn(service)).toEqual([young.session.id]), 10_000);
  // Closing waits for the last blob.
  await service.restart();
  const blobs = [...filesOf(service.dataDir).keys()].filter((path) => path.startsWith('blobs'));
  expect(blobs.every((path) => path.includes(young.session.id))).toBe(true);
  const done = (await expiries(service)).filter((entry) => entry.outcome === 'done');
  expect(done.map((entry) => entry.object).sort()).toEqual(old.sort());
});
