import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../contract/policy.ts';
import { aFragment, aKey, aSession, aStream, aToken, aTombstone, aVideo, fresh } from '../trial/records.ts';
import { type OpenedKind, STORES } from '../trial/stores.ts';
import type { StreamRecord } from './records.ts';
import type { Store } from './store.ts';

const MEASURED = { timescale: 48_000, mediaMs: 1000.25 };

const END = { deliveryJws: 'a.b.c', endedAt: 5 };

const start = (sessionId: string, ...streams: StreamRecord[]) => ({
  sessionId,
  policy: DEFAULT_POLICY,
  consentSha256: null,
  consentJws: null,
  startedAt: 1_900_000_001,
  streams,
});

describe.each(Object.keys(STORES))('the store on %s', (kind) => {
  let opened: OpenedKind | undefined;
  let store: Store;
  beforeAll(async () => {
    opened = await STORES[kind]?.();
    if (opened === undefined) throw new Error('no such store');
    store = await opened.open();
  }, 30_000);
  afterAll(async () => {
    await store?.close();
    await opened?.stop();
  });

  test('gives back a session as it was put', async () => {
    const session = aSession({ callbackUrl: 'https://example.org/hook' });
    await store.addSession(session);
    expect(await store.session(session.id)).toEqual(session);
    expect(await store.session('cap-unknown0')).toBeUndefined();
    expect(await store.sessionIds()).toContain(session.id);
  });

  test('lists sessions newest first, filtered and from a place on', async () => {
    const endUserId = fresh('user-');
    const ages = [5, 7, 7, 6].map((createdAt) => aSession({ endUserId, createdAt }));
    for (const session of ages) await store.addSession(session);
    await store.addSession(aSession());
    const filter = { tenantId: 'default', environment: null, collectionId: 'default', endUserId };
    const all = await store.sessions({ ...filter, limit: 10 });
    expect(all.map((session) => session.createdAt)).toEqual([7, 7, 6, 5]);
    const page = await store.sessions({ ...filter, limit: 2, after: all[0] });
    expect(page).toEqual(all.slice(1, 3));
    expect(await store.sessions({ ...filter, status: 'active', limit: 10 })).toEqual([]);
    expect(await store.sessions({ ...filter, collectionId: 'other', limit: 10 })).toEqual([]);
    expect(await store.sessions({ ...filter, tenantId: 'other', limit: 10 })).toEqual([]);
    expect(await store.sessions({ ...filter, environment: 'development', limit: 10 })).toEqual([]);
    expect(await store.sessions({ ...filter, environment: 'production', limit: 10 })).toEqual(all);
  });

  test('starts a session once', async () => {
    const session = aSession();
    await store.addSession(session);
    const fingerprint = '0123456789abcdef';
    const streams = [
      aStream(session.id),
      aStream(session.id, { channelId: 'display:1', position: 1, fingerprint }),
    ];
    expect(await store.startSession(start(session.id, ...streams))).toBe(true);
    expect(await store.startSession(start(session.id, aStream(session.id)))).toBe(false);
    expect(await store.streamsOf([session.id])).toEqual(streams);
    expect(await store.session(session.id)).toMatchObject({ status: 'starting', policy: DEFAULT_POLICY });
  });

  test('moves a session only from where it is believed to be', async () => {
    const session = aSession({ status: 'active' });
    await store.addSession(session);
    expect(await store.moveSession(session.id, ['starting'], 'paused')).toBe(false);
    expect(await store.moveSession(session.id, ['starting', 'active'], 'paused')).toBe(true);
    expect((await store.session(session.id))?.status).toBe('paused');
  });

  test('appends a fragment only after the one that is believed to be last', async () => {
    const session = aSession();
    const stream = aStream(session.id);
    await store.addSession(session);
    await store.startSession(start(session.id, stream));
    const fragment = aFragment(stream.id, 1, 0);
    expect(await store.append(fragment, { take: 1, sequence: 0 }, MEASURED)).toBe(false);
    expect(await store.append(fragment, null, MEASURED)).toBe(true);
    expect(await store.append(aFragment(stream.id, 1, 0), null, MEASURED)).toBe(false);
    expect(await store.append(aFragment(stream.id, 2, 0), { take: 1, sequence: 0 }, MEASURED)).toBe(true);
    expect(await store.stream(stream.id)).toMatchObject({
      last: { take: 2, sequence: 0 },
      fragments: 2,
      bytes: 10_000_000_000,
      measured: MEASURED,
    });
    expect(await store.fragment(stream.id, { take: 1, sequence: 0 })).toEqual(fragment);
    expect((await store.fragmentsOf(stream.id)).map((each) => each.take)).toEqual([1, 2]);
  });

  test('gives one of two that append at once the place', async () => {
    const session = aSession();
    const stream = aStream(session.id);
    await store.addSession(session);
    await store.startSession(start(session.id, stream));
    const both = [aFragment(stream.id, 1, 0), aFragment(stream.id, 2, 0)];
    const outcomes = await Promise.all(both.map((fragment) => store.append(fragment, null, MEASURED)));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await store.fragmentsOf(stream.id)).toHaveLength(1);
  });

  test('counts what was passed on and keeps nothing else of it', async () => {
    const session = aSession();
    const stream = aStream(session.id, { store: false });
    await store.addSession(session);
    await store.startSession(start(session.id, stream));
    await store.countPassedOn(stream.id, 100);
    await store.countPassedOn(stream.id, 23);
    expect(await store.stream(stream.id)).toEqual({ ...stream, fragments: 2, bytes: 123 });
    expect(await store.fragmentsOf(stream.id)).toEqual([]);
  });

  test('finishes a stopping session once, with its videos in the order of the channels', async () => {
    const session = aSession({ status: 'active' });
    const manifest = { duration_ms: 10, active_ms: 5.5, channels: [] };
    const streams = [aStream(session.id), aStream(session.id, { channelId: 'display:1', position: 1 })];
    await store.addSession({ ...session, status: 'created' });
    await store.startSession(start(session.id, ...streams));
    const videos = streams.map((stream) => aVideo(stream));
    const end = { videos, deliveryJws: 'a.b.c', endedAt: 1_900_000_009 };
    expect(await store.finishSession(session.id, end)).toBe(false);
    expect(await store.settleManifest(session.id, ['starting'], manifest)).toBe(true);
    expect(await store.session(session.id)).toMatchObject({ status: 'stopping', manifest });
    expect(await store.finishSession(session.id, { ...end, videos: videos.toReversed() })).toBe(true);
    expect(await store.finishSession(session.id, end)).toBe(false);
    expect(await store.session(session.id)).toMatchObject({ status: 'stopped', deliveryJws: 'a.b.c' });
    expect(await store.videosOf([session.id])).toEqual(videos);
    expect(await store.videosOf([])).toEqual([]);
  });

  test('deletes all videos of a stream with its key and all of its fragments', async () => {
    const session = aSession();
    const stream = aStream(session.id, { wrappedKey: 'key' });
    const video = aVideo(stream);
    await store.addSession(session);
    await store.startSession(start(session.id, stream));
    await store.append(aFragment(stream.id, 1, 0), null, MEASURED);
    await store.append(aFragment(stream.id, 2, 0), { take: 1, sequence: 0 }, MEASURED);
    await store.settleManifest(session.id, ['starting'], { duration_ms: 0, active_ms: 0, channels: [] });
    const second = { ...aVideo(stream), part: 2 };
    await store.finishSession(session.id, { ...END, videos: [video, second] });
    const tombstone = aTombstone(session.id, 'mic:default');
    expect(await store.deleteVideos(stream.id, tombstone)).toBe(true);
    expect(await store.deleteVideos(stream.id, tombstone)).toBe(false);
    expect(await store.videosOf([session.id])).toEqual([]);
    expect(await store.fragmentsOf(stream.id)).toEqual([]);
    expect((await store.stream(stream.id))?.wrappedKey).toBe('');
    expect(await store.tombstones('default', [session.id])).toEqual([tombstone]);
  });

  test('tells of a session, stream or video only within its tenant and environment', async () => {
    const session = aSession();
    const stream = aStream(session.id);
    const video = aVideo(stream);
    await store.addSession(session);
    await store.startSession(start(session.id, stream));
    await store.settleManifest(session.id, ['starting'], { duration_ms: 0, active_ms: 0, channels: [] });
    await store.finishSession(session.id, { ...END, videos: [video] });
    const own = { tenantId: 'default', environment: 'production' } as const;
    for (const id of [session.id, stream.id, video.id]) {
      expect(await store.sessionIdOf(own, id)).toBe(session.id);
      expect(await store.sessionIdOf({ ...own, tenantId: 'other' }, id)).toBeUndefined();
      expect(await store.sessionIdOf({ ...own, environment: 'development' }, id)).toBeUndefined();
    }
    for (const id of ['cap-none', 'rts-none', 'vid-none', ''])
      expect(await store.sessionIdOf(own, id)).toBeUndefined();
  });

  test('deletes a session with everything of it, and nothing of another', async () => {
    const [gone, stays] = [aSession(), aSession()];
    const streams = [aStream(gone.id), aStream(stays.id)] as const;
    for (const [session, stream] of [[gone, streams[0]] as const, [stays, streams[1]] as const]) {
      await store.addSession(session);
      await store.startSession(start(session.id, stream));
      await store.append(aFragment(stream.id, 1, 0), null, MEASURED);
    }
    const key = aKey();
    await store.addKey(key);
    const token = aToken(key.id, { sessionId: gone.id });
    await store.addToken(token);
    const tombstone = aTombstone(gone.id);
    expect(await store.deleteSession(gone.id, tombstone)).toBe(true);
    expect(await store.deleteSession(gone.id, tombstone)).toBe(false);
    expect(await store.tombstones('default', [gone.id, stays.id])).toEqual([tombstone]);
    expect(await store.tombstones('other', [gone.id])).toEqual([]);
    await store.scrub();
    expect(await store.session(gone.id)).toBeUndefined();
    expect(await store.stream(streams[0].id)).toBeUndefined();
    expect(await store.fragmentsOf(streams[0].id)).toEqual([]);
    expect(await store.tokenBySha256(token.sha256)).toBeUndefined();
    expect(await store.fragmentsOf(streams[1].id)).toHaveLength(1);
  });

  test('binds a token and those renewed from it to one session', async () => {
    const [first, second] = [aSession(), aSession()];
    await store.addSession(first);
    await store.addSession(second);
    const key = aKey();
    await store.addKey(key);
    const token = aToken(key.id);
    const renewed = { ...token, sha256: fresh('hash') };
    await store.addToken(token);
    await store.addToken(renewed);
    expect(await store.bindToken(token, first.id)).toBe(true);
    expect(await store.bindToken(token, first.id)).toBe(true);
    expect(await store.bindToken(renewed, second.id)).toBe(false);
    expect(await store.tokenBySha256(renewed.sha256)).toEqual({ ...renewed, sessionId: first.id });
    await store.forgetTokensExpiredBefore(9);
    expect(await store.tokenBySha256(token.sha256)).toBeDefined();
    await store.forgetTokensExpiredBefore(10);
    expect(await store.tokenBySha256(token.sha256)).toBeUndefined();
  });

  test('settles once for a token and those renewed from it who holds them', async () => {
    const key = aKey();
    await store.addKey(key);
    const token = aToken(key.id);
    const renewed = { ...token, sha256: fresh('hash') };
    const other = aToken(key.id);
    for (const each of [token, renewed, other]) await store.addToken(each);
    const settled = { possession: 'key', jkt: 'mine' } as const;
    expect(await store.settlePossession(token, 'key', 'mine')).toEqual(settled);
    expect(await store.settlePossession(renewed, 'key', 'theirs')).toEqual(settled);
    expect(await store.settlePossession(renewed, 'bearer', null)).toEqual(settled);
    expect(await store.tokenBySha256(renewed.sha256)).toEqual({ ...renewed, ...settled });
    expect(await store.settlePossession(other, 'bearer', null)).toEqual({ possession: 'bearer', jkt: null });
  });

  test('drops the tokens of one session', async () => {
    const [session, key] = [aSession(), aKey()];
    await store.addSession(session);
    await store.addKey(key);
    const tokens = [
      aToken(key.id, { sessionId: session.id, channels: ['mic'], subject: 's' }),
      aToken(key.id, { sessionId: session.id }),
      aToken(key.id),
    ];
    for (const token of tokens) await store.addToken(token);
    expect(await store.dropTokensOf(session.id)).toBe(2);
    const left = await Promise.all(tokens.map((token) => store.tokenBySha256(token.sha256)));
    expect(left).toEqual([undefined, undefined, tokens[2]]);
  });

  test('keeps keys by their digest, lists those of a tenant, and ends them with their tokens', async () => {
    const tenant = { id: fresh('ten-'), name: 'Other', createdAt: 1 };
    await store.addTenant(tenant);
    const [first, second] = [aKey({ tenantId: tenant.id }), aKey({ tenantId: tenant.id, roles: ['read'] })];
    for (const key of [first, second]) await store.addKey(key);
    expect(await store.keyBySha256(first.sha256)).toEqual(first);
    expect(await store.keyBySha256('other')).toBeUndefined();
    expect(await store.keys(tenant.id)).toEqual([first, second]);
    await store.noteKeyUsed(first.id, 77);
    expect(await store.expireKey(tenant.id, first.id, 100)).toBe(true);
    // Only ever sooner.
    expect(await store.expireKey(tenant.id, first.id, 200)).toBe(false);
    expect(await store.expireKey('default', second.id, 100)).toBe(false);
    expect(await store.keyBySha256(first.sha256)).toEqual({ ...first, lastUsedAt: 77, expiresAt: 100 });
    const ids = [first.id, second.id, 'key-none'];
    expect(await store.deadKeys(ids, 99)).toEqual(['key-none']);
    expect(await store.deadKeys(ids, 100)).toEqual([first.id, 'key-none']);
    expect(await store.deadKeys([], 1)).toEqual([]);
    const token = aToken(second.id, { tenantId: tenant.id });
    await store.addToken(token);
    expect(await store.deleteKey('default', second.id)).toBe(false);
    expect(await store.tokenBySha256(token.sha256)).toEqual(token);
    expect(await store.deleteKey(tenant.id, second.id)).toBe(true);
    expect(await store.tokenBySha256(token.sha256)).toBeUndefined();
  });

  test('knows tenants and their collections, and deletes a collection that is empty', async () => {
    const tenant = { id: fresh('ten-'), name: 'Other', createdAt: 1 };
    await store.addTenant(tenant);
    expect(await store.tenant(tenant.id)).toEqual(tenant);
    expect(await store.tenant('none')).toBeUndefined();
    expect(await store.tenants()).toContainEqual(tenant);
    const collection = { tenantId: tenant.id, id: 'calls', name: 'Calls', description: '', createdAt: 2 };
    expect(await store.addCollection(collection)).toBe(true);
    expect(await store.addCollection(collection)).toBe(false);
    expect(await store.collections(tenant.id)).toEqual([collection]);
    expect(await store.collection('default', 'calls')).toBeUndefined();
    const of = { tenantId: tenant.id, collectionId: 'calls' };
    const { version: _, ...content } = DEFAULT_POLICY;
    await store.setPolicy(of, content, 'system', 3);
    const session = aSession(of);
    await store.addSession(session);
    expect(await store.deleteCollection(tenant.id, 'calls')).toBe(false);
    await store.deleteSession(session.id, { ...aTombstone(session.id), tenantId: tenant.id });
    expect(await store.deleteCollection(tenant.id, 'calls')).toBe(true);
    // Its policy is the default again, as a version that comes after what clients know of it.
    expect(await store.policies(of)).toMatchObject([{ policy: { ...DEFAULT_POLICY, version: 3 } }]);
    expect(await store.deleteCollection(tenant.id, 'calls')).toBe(false);
  });

  test('knows admins by name, and ends what they were signed in with when the password changes', async () => {
    const name = fresh('admin ');
    const admin = { id: fresh('adm-'), tenantId: 'default', name, password: 'kept', createdAt: 1 };
    expect(await store.addAdmin(admin)).toBe(true);
    expect(await store.addAdmin({ ...admin, id: fresh('adm-') })).toBe(false);
    expect(await store.adminNamed(name)).toEqual(admin);
    expect(await store.admin(admin.id)).toEqual(admin);
    expect(await store.admins('default')).toContainEqual(admin);
    expect(await store.admins('other')).toEqual([]);
    const pass = {
      sha256: fresh('hash'),
      adminId: admin.id,
      kind: 'console',
      csrf: 'c',
      seenAt: 5,
      expiresAt: 50,
      confirmedUntil: 20,
    } as const;
    const [dropped, old] = [fresh('hash'), fresh('hash')];
    expect(await store.addPass(pass, admin.password)).toBe(true);
    expect(await store.addPass({ ...pass, sha256: dropped }, admin.password)).toBe(true);
    expect(await store.addPass({ ...pass, sha256: old, expiresAt: 10 }, admin.password)).toBe(true);
    await store.confirmPass(pass.sha256, 30);
    await store.notePassSeen(pass.sha256, 7);
    await store.dropPass(dropped);
    await store.forgetPassesExpiredBefore(11);
    expect(await store.passBySha256(pass.sha256)).toEqual({ ...pass, confirmedUntil: 30, seenAt: 7 });
    expect(await store.passBySha256(dropped)).toBeUndefined();
    expect(await store.passBySha256(old)).toBeUndefined();
    expect(await store.setPassword(admin.id, 'other')).toBe(true);
    expect(await store.setPassword('adm-none', 'other')).toBe(false);
    expect(await store.passBySha256(pass.sha256)).toBeUndefined();
    // Who was still being recognised by the old one.
    expect(await store.addPass(pass, admin.password)).toBe(false);
    expect(await store.passBySha256(pass.sha256)).toBeUndefined();
    expect(await store.admin(admin.id)).toEqual({ ...admin, password: 'other' });
  });

  test('revokes a stream, and erases it with its key, fragments and videos', async () => {
    const session = aSession();
    const [stream, other] = [
      aStream(session.id, { wrappedKey: 'key' }),
      aStream(session.id, { channelId: 'display:1', position: 1, wrappedKey: 'key' }),
    ];
    await store.addSession(session);
    await store.startSession(start(session.id, stream, other));
    for (const { id } of [stream, other]) await store.append(aFragment(id, 1, 0), null, MEASURED);
    await store.settleManifest(session.id, ['starting'], { duration_ms: 0, active_ms: 0, channels: [] });
    await store.finishSession(session.id, { ...END, videos: [aVideo(stream), aVideo(other)] });
    expect(await store.revokeStream(stream.id, 7, null)).toBe(true);
    expect(await store.revokeStream(stream.id, 8, null)).toBe(false);
    expect(await store.fragmentsOf(stream.id)).toHaveLength(1);
    const tombstone = aTombstone(session.id, 'mic:default');
    expect(await store.revokeStream(stream.id, 9, tombstone)).toBe(true);
    expect(await store.revokeStream(stream.id, 9, tombstone)).toBe(false);
    expect(await store.tombstones('default', [session.id])).toEqual([tombstone]);
    const erased = { revokedAt: 7, wrappedKey: '', fragments: 0, bytes: 0 };
    expect(await store.stream(stream.id)).toMatchObject(erased);
    expect(await store.fragmentsOf(stream.id)).toEqual([]);
    expect(await store.videosOf([session.id])).toMatchObject([{ streamId: other.id }]);
    expect(await store.stream(other.id)).toMatchObject({ revokedAt: null, wrappedKey: 'key', fragments: 1 });
  });

  test('appends to the audit log of a tenant, and finds entries until the person is forgotten', async () => {
    const tenantId = fresh('ten-');
    const entry = (sequence: number, more: object = {}) => ({
      ...{ sequence, at: `2030-01-01T00:00:0${sequence}.000Z`, actor: 'key:a', action: 'video.read' },
      ...{ object: 'vid-1', outcome: 'done' as const, reason: '', previous: 'p', hash: 'h' },
      ...more,
    });
    const entries = [entry(1), entry(2, { actor: 'key:b' }), entry(3, { object: 'vid-2' })];
    const session = aSession({ tenantId });
    await store.addSession(session);
    const ages = { tenantId, environment: null, createdBefore: session.createdAt, limit: 1 };
    const subject = (await store.sessionAges(ages))[0]?.subject ?? '';
    const concerned = { subject, environment: 'production' as const };
    for (const [index, each] of entries.entries())
      expect(await store.addAudit(tenantId, each, index === 0 ? concerned : null)).toBe(true);
    expect(await store.addAudit(tenantId, entry(3), null)).toBe(false);
    expect(await store.auditHead(tenantId)).toEqual(entries[2]);
    expect(await store.auditHead('none')).toBeUndefined();
    const find = (query: object) => store.auditEntries({ tenantId, limit: 10, ...query });
    expect(await find({})).toEqual(entries);
    expect(await find({ limit: 1, after: 1 })).toEqual([entries[1]]);
    expect(await find({ isNewestFirst: true })).toEqual([...entries].reverse());
    expect(await find({ isNewestFirst: true, limit: 1, after: 3 })).toEqual([entries[1]]);
    expect(await find({ actor: 'key:b' })).toEqual([entries[1]]);
    expect(await find({ object: 'vid-2' })).toEqual([entries[2]]);
    expect(await find({ since: entries[1]?.at, until: entries[2]?.at })).toEqual([entries[1]]);
    expect(await find({ subject })).toEqual([entries[0]]);
    expect(await find({ subject, environment: 'development' })).toEqual([]);
    await store.forgetPerson(tenantId, subject, 'development');
    expect(await find({ subject })).toEqual([entries[0]]);
    await store.forgetPerson(tenantId, subject, 'production');
    expect(await find({ subject })).toEqual([]);
    expect(await find({})).toEqual(entries);
    // Of somebody of whom nothing is held no link is made anew.
    await store.deleteSession(session.id, aTombstone(session.id));
    expect(await store.addAudit(tenantId, entry(4), concerned)).toBe(true);
    expect(await find({ subject })).toEqual([]);
  });

  test('numbers policies from 2, because 1 is the default', async () => {
    const of = { tenantId: 'default', collectionId: fresh('col-') };
    expect(await store.policy(of)).toBeUndefined();
    const { version: _, ...content } = DEFAULT_POLICY;
    const training = { ...content, purpose: 'Training' };
    expect(await store.setPolicy(of, content, 'key:a', 5)).toEqual({ ...content, version: 2 });
    expect((await store.setPolicy(of, training, 'key:b', 6)).version).toBe(3);
    expect(await store.policy(of)).toEqual({ ...training, version: 3 });
    expect(await store.policy({ ...of, tenantId: 'other' })).toBeUndefined();
    expect(await store.policies(of)).toEqual([
      { policy: { ...training, version: 3 }, createdAt: 6, createdBy: 'key:b' },
      { policy: { ...content, version: 2 }, createdAt: 5, createdBy: 'key:a' },
    ]);
    const both = await Promise.all([1, 2].map((at) => store.setPolicy(of, content, 'key:a', at)));
    expect(both.map(({ version }) => version).sort()).toEqual([4, 5]);
  });

  test('settles a fact once', async () => {
    expect(await store.settleFact('colour', 'red')).toBe('red');
    expect(await store.settleFact('colour', 'blue')).toBe('red');
  });

  test('is found again as it was left, by several that open it at once', async () => {
    const session = aSession();
    await store.addSession(session);
    const others = await Promise.all([opened?.open(), opened?.open()]);
    for (const other of others) {
      expect(await other?.session(session.id)).toEqual(session);
      await other?.close();
    }
  });
});
