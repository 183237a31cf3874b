import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../contract/policy.ts';
import { CLAIM_MS, LONGEST_WAIT_MS } from '../lookout.ts';
import { ownerContext } from '../secrets/keyring.ts';
import { masterOf } from '../secrets/master.ts';
import { startPostgres } from '../trial/postgres.ts';
import { aSession, aStream, aTombstone, aVideo, fresh } from '../trial/records.ts';
import { must } from '../trial/service.ts';
import { openStore } from './open.ts';
import type { CopyState, DestinationRecord } from './records.ts';
import type { Store } from './store.ts';

const DAY_MS = 24 * 3600_000;
const MASTER = masterOf(randomBytes(32));

type Opened = { readonly open: () => Promise<Store>; readonly stop: () => Promise<void> };

const KINDS: { readonly [name: string]: () => Promise<Opened> } = {
  async SQLite() {
    const dataDir = await mkdtemp(join(tmpdir(), 'tallylight-copies-'));
    return {
      open: async () => must(await openStore({ dataDir }, MASTER)).store,
      stop: () => rm(dataDir, { recursive: true }),
    };
  },
  async PostgreSQL() {
    const server = startPostgres();
    const config = { dataDir: '/nowhere', databaseUrl: server.url };
    return { open: async () => must(await openStore(config, MASTER)).store, stop: server.stop };
  },
};

function aDestination(tenantId: string, more: Partial<DestinationRecord> = {}): DestinationRecord {
  const id = fresh('dst-');
  return {
    ...{ id, tenantId, collectionId: 'default', environment: 'production', keepBackup: true },
    place: { kind: 's3', region: 'eu-central-1', bucket: 'recordings', prefix: '', pathStyle: false },
    wrappedKey: MASTER.wrap(ownerContext({ kind: 'destination', id }), randomBytes(32)),
    ...{ sealedCredentials: 'sealed', credentialsAt: 5, updatedAt: 6 },
    ...more,
  };
}

describe.each(Object.keys(KINDS))('copies on %s', (kind) => {
  let opened: Opened | undefined;
  let store: Store;
  let other: Store;
  let tenantId: string;
  beforeAll(async () => {
    opened = await KINDS[kind]?.();
    if (opened === undefined) throw new Error('no such store');
    store = await opened.open();
    other = await opened.open();
  }, 30_000);
  beforeEach(async () => {
    tenantId = fresh('tenant-');
    await store.addTenant({ id: tenantId, name: 'x', createdAt: 0 });
  });
  afterAll(async () => {
    await store?.close();
    await other?.close();
    await opened?.stop();
  });

  /** A finished session with that many videos of as many streams. */
  async function finished(count: number, of = tenantId) {
    const wrap = (id: string) => MASTER.wrap(ownerContext({ kind: 'session', id }), randomBytes(32));
    const id = fresh('cap-');
    const session = aSession({ id, tenantId: of, wrappedKey: wrap(id) });
    const streams = Array.from({ length: count }, (_, at) =>
      aStream(id, { channelId: `mic:${at}`, position: at }),
    );
    const videos = streams.map((stream) => aVideo(stream));
    await store.addSession(session);
    await store.startSession({
      ...{ sessionId: id, policy: { ...DEFAULT_POLICY }, streams, startedAt: 1 },
      ...{ consentSha256: null, consentJws: null },
    });
    const manifest = { duration_ms: 1, active_ms: 1, channels: [] };
    await store.settleManifest(id, ['starting'], manifest);
    expect(await store.finishSession(id, { videos, deliveryJws: '', endedAt: 9 })).toBe(true);
    return { session, streams, videos };
  }

  const mine = async (from: Store, wish: Partial<Parameters<Store['claimCopies']>[0]> = {}) =>
    (
      await from.claimCopies({
        ...{ states: ['new'], nowMs: 1000, untilMs: 2000, limit: 100, except: [] },
        share: { ofOne: 100, claimed: new Map() },
        ...wish,
      })
    ).filter((copy) => copy.tenantId === tenantId);

  test('[P54] what is finished is to be copied, by exactly one of several processes', async () => {
    const { videos } = await finished(8);
    const all = [...videos.map(({ id }) => id)].sort();
    const [left, right] = await Promise.all([mine(store), mine(other)]);
    expect([...left, ...right].map(({ videoId }) => videoId).sort()).toEqual(all);
    expect(await mine(other, { nowMs: 1999 })).toEqual([]);
    // Whoever was killed with them in hand leaves them to the others, and has nothing to say any more.
    const again = await mine(other, { nowMs: 2000, untilMs: 3000 });
    expect(again.map(({ videoId }) => videoId).sort()).toEqual(all);
    const [late] = left.length > 0 ? left : right;
    if (late === undefined) throw new Error('somebody has them');
    expect(await store.holdCopy(late, 9000)).toBe(false);
    expect(await store.settleCopy(late, { state: 'kept' })).toBe(false);
    const [holder] = again;
    if (holder === undefined) throw new Error('somebody has them');
    expect(await other.holdCopy(holder, 9000)).toBe(true);
    expect(await other.settleCopy(holder, { state: 'kept', isHeld: true, attempts: 0 })).toBe(true);
    expect(await store.copy(holder.videoId)).toMatchObject({ state: 'kept', isHeld: true, nextAt: 9000 });
  });

  test('one tenant has so many hands and no more, and what is under way is not claimed again', async () => {
    await finished(5);
    const share = { ofOne: 2, claimed: new Map([[tenantId, 1]]) };
    const [first, ...rest] = await mine(store, { share });
    expect(rest).toEqual([]);
    if (first === undefined) throw new Error('there is one');
    expect(await mine(store, { share: { ofOne: 2, claimed: new Map([[tenantId, 2]]) } })).toEqual([]);
    const later = await mine(store, { nowMs: 5000, except: [first.videoId] });
    expect(later.map(({ videoId }) => videoId)).not.toContain(first.videoId);
    expect(later).toHaveLength(4);
  });

  test('[P57] what a clock that was far ahead has put off is due as soon as the clock is right', async () => {
    await finished(1);
    const ahead = 1000 + 400 * DAY_MS;
    const [first] = await mine(store, { nowMs: ahead, untilMs: ahead + CLAIM_MS });
    if (first === undefined) throw new Error('there is one');
    // Its process was killed.
    const [again] = await mine(store);
    expect(again?.videoId).toBe(first.videoId);
    if (again === undefined) throw new Error('the line before has thrown');
    // No wait that is ever set is cut short.
    await store.settleCopy(again, { nextAt: 1000 + LONGEST_WAIT_MS + CLAIM_MS, attempts: 1 });
    expect(await mine(store)).toEqual([]);
    expect(await mine(store, { nowMs: 999 })).toHaveLength(1);
  });

  test('[P41] what is deleted has no copy to make, and whoever was at it is told', async () => {
    const { session, streams, videos } = await finished(2);
    const [first, second] = await mine(store);
    if (first === undefined || second === undefined) throw new Error('there are two');
    const stream = streams.find(
      ({ id }) => id === videos.find((each) => each.id === first.videoId)?.streamId,
    );
    await store.deleteVideos(stream?.id ?? '', aTombstone(session.id));
    expect(await store.holdCopy(first, 9000)).toBe(false);
    expect(await store.copy(first.videoId)).toBeUndefined();
    expect(await store.holdCopy(second, 9000)).toBe(true);
    await store.deleteSession(session.id, aTombstone(session.id));
    expect(await store.settleCopy(second, { state: 'kept' })).toBe(false);
    expect(await store.copiesOf([session.id])).toEqual([]);
  });

  test('[P56] copies are listed newest first, by state, page by page; sending by hand is for those that nobody is at', async () => {
    const states: readonly CopyState[] = ['new', 'kept', 'sending', 'sent'];
    const { videos } = await finished(4);
    for (const [index, copy] of (await mine(store)).entries())
      await store.settleCopy(copy, {
        ...{ state: states[index] ?? 'new', nextAt: 7000, attempts: index === 2 ? 3 : 0 },
        lastError: 'x',
      });
    const list = (more: object = {}) =>
      store.copies({ tenantId, environment: 'production', limit: 10, ...more });
    const all = await list();
    expect(all.map(({ videoId }) => videoId)).toEqual(
      videos
        .map(({ id }) => id)
        .sort()
        .reverse(),
    );
    const [first, second] = all;
    if (first === undefined || second === undefined) throw new Error('there are four');
    const after = { createdAt: second.createdAt, id: second.videoId };
    expect(await list({ after })).toEqual(all.slice(2));
    expect(await list({ environment: 'development' })).toEqual([]);
    expect((await list({ states: ['sending'], isFailing: true })).map(({ attempts }) => attempts)).toEqual([
      3,
    ]);
    expect(await list({ states: ['sending'], isFailing: false })).toEqual([]);
    const asked = await Promise.all(all.map(({ videoId }) => store.sendCopy(videoId, 8000)));
    expect(asked.filter(Boolean)).toHaveLength(3);
    expect(await list({ states: ['sending'] })).toHaveLength(3);
    expect(await store.nextCopyAt(['sending'], { tenants: [], videos: [] })).toBe(8000);
    const busy = { tenants: [tenantId], videos: [] };
    expect(await store.nextCopyAt(['sending'], busy)).toBeUndefined();
    await mine(store, { states: ['sending'], nowMs: 8000, untilMs: 9000, limit: 1 });
    const again = await Promise.all(all.map(({ videoId }) => store.sendCopy(videoId, 8500)));
    expect(again.filter(Boolean)).toHaveLength(2);
  });

  test('a destination takes the place of the one before; what waits is tried there at once; it goes with its collection', async () => {
    await store.addCollection({ tenantId, id: 'calls', name: 'x', description: '', createdAt: 0 });
    const of = { tenantId, collectionId: 'default', environment: 'production' } as const;
    expect(await store.destination(of)).toBeUndefined();
    const [one, two] = [aDestination(tenantId), aDestination(tenantId, { keepBackup: false })];
    await store.setDestination(one, 1);
    expect(await other.destination(of)).toEqual(one);
    await finished(1);
    const [copy] = await mine(store);
    if (copy === undefined) throw new Error('there is one');
    await store.settleCopy(copy, { state: 'sending', nextAt: 99_000 });
    await store.setDestination(two, 5000);
    expect(await store.destinations(tenantId)).toEqual([two]);
    expect(await store.copy(copy.videoId)).toMatchObject({ nextAt: 5000 });
    const third = aDestination(tenantId, { collectionId: 'calls' });
    await store.setDestination(third, 1);
    expect(await store.deleteCollection(tenantId, 'calls')).toBe(true);
    expect(await store.destinations(tenantId)).toEqual([two]);
    expect(await store.removeDestination(of)).toBe(true);
    expect(await store.removeDestination(of)).toBe(false);
  });

  test('[P54] what is said to be here and is not is not held any more, and made anew where nobody has it in hand', async () => {
    const [here, gone] = [await finished(1), await finished(1)];
    for (const copy of await mine(store)) await store.settleCopy(copy, { state: 'kept', isHeld: true });
    expect(await store.remakeCopies([here.session.id], 4000)).toBeGreaterThan(0);
    const states = async ({ videos }: typeof here) => (await store.copy(videos[0]?.id ?? ''))?.state;
    expect([await states(here), await states(gone)]).toEqual(['kept', 'lost']);
    const inHand = await finished(1);
    for (const copy of await mine(store)) await store.settleCopy(copy, { state: 'sending', isHeld: true });
    const [sending] = await mine(store, { states: ['sending'], nowMs: 9000, untilMs: 10_000 });
    await store.remakeCopies([here.session.id], 4000);
    const videoId = inHand.videos[0]?.id ?? '';
    expect(await store.copy(videoId)).toMatchObject({ state: 'sending', isHeld: false, nextAt: 10_000 });
    expect(sending === undefined ? undefined : await store.holdCopy(sending, 11_000)).toBe(true);
  });
});
