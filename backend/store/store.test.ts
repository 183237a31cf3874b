import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../contract/policy.ts';
import { startPostgres } from '../trial/postgres.ts';
import { aFragment, aSession, aStream, aVideo, fresh } from '../trial/records.ts';
import { openStore } from './open.ts';
import type { Store, StreamRecord } from './store.ts';

type Opened = { readonly open: () => Promise<Store>; readonly stop: () => Promise<void> };

const KINDS: { readonly [name: string]: () => Promise<Opened> } = {
  async SQLite() {
    const dataDir = await mkdtemp(join(tmpdir(), 'tallylight-store-'));
    return { open: () => openStore({ dataDir }), stop: () => rm(dataDir, { recursive: true }) };
  },
  async PostgreSQL() {
    const server = startPostgres();
    return { open: () => openStore({ dataDir: '/nowhere', databaseUrl: server.url }), stop: server.stop };
  },
};

const start = (sessionId: string, ...streams: StreamRecord[]) => ({
  sessionId,
  policy: DEFAULT_POLICY,
  consentSha256: null,
  streams,
});

describe.each(Object.keys(KINDS))('the store on %s', (kind) => {
  let opened: Opened | undefined;
  let store: Store;
  beforeAll(async () => {
    opened = await KINDS[kind]?.();
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
    const filter = { collectionId: 'default', endUserId };
    const all = await store.sessions({ ...filter, limit: 10 });
    expect(all.map((session) => session.createdAt)).toEqual([7, 7, 6, 5]);
    const page = await store.sessions({ ...filter, limit: 2, after: all[0] });
    expect(page).toEqual(all.slice(1, 3));
    expect(await store.sessions({ ...filter, status: 'active', limit: 10 })).toEqual([]);
    expect(await store.sessions({ ...filter, collectionId: 'other', limit: 10 })).toEqual([]);
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
    expect(await store.append(fragment, { take: 1, sequence: 0 })).toBe(false);
    expect(await store.append(fragment, null)).toBe(true);
    expect(await store.append(aFragment(stream.id, 1, 0), null)).toBe(false);
    expect(await store.append(aFragment(stream.id, 2, 0), { take: 1, sequence: 0 })).toBe(true);
    expect(await store.stream(stream.id)).toMatchObject({
      last: { take: 2, sequence: 0 },
      fragments: 2,
      bytes: 10_000_000_000,
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
    const outcomes = await Promise.all(both.map((fragment) => store.append(fragment, null)));
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
    expect(await store.finishSession(session.id, videos)).toBe(false);
    expect(await store.settleManifest(session.id, ['starting'], manifest)).toBe(true);
    expect(await store.session(session.id)).toMatchObject({ status: 'stopping', manifest });
    expect(await store.finishSession(session.id, videos.toReversed())).toBe(true);
    expect(await store.finishSession(session.id, videos)).toBe(false);
    expect(await store.videosOf([session.id])).toEqual(videos);
    expect(await store.videosOf([])).toEqual([]);
  });

  test('deletes a video with the fragments of its takes', async () => {
    const session = aSession();
    const stream = aStream(session.id);
    const video = aVideo(stream);
    await store.addSession(session);
    await store.startSession(start(session.id, stream));
    await store.append(aFragment(stream.id, 1, 0), null);
    await store.append(aFragment(stream.id, 2, 0), { take: 1, sequence: 0 });
    await store.settleManifest(session.id, ['starting'], { duration_ms: 0, active_ms: 0, channels: [] });
    await store.finishSession(session.id, [video]);
    expect(await store.deleteVideo(video.id, [1])).toBe(true);
    expect(await store.deleteVideo(video.id, [2])).toBe(false);
    expect(await store.video(video.id)).toBeUndefined();
    expect((await store.fragmentsOf(stream.id)).map((each) => each.take)).toEqual([2]);
  });

  test('deletes a session with everything of it, and nothing of another', async () => {
    const [gone, stays] = [aSession(), aSession()];
    const streams = [aStream(gone.id), aStream(stays.id)] as const;
    for (const [session, stream] of [[gone, streams[0]] as const, [stays, streams[1]] as const]) {
      await store.addSession(session);
      await store.startSession(start(session.id, stream));
      await store.append(aFragment(stream.id, 1, 0), null);
    }
    const token = {
      sha256: fresh('hash'),
      sessionId: gone.id,
      family: 'f',
      scope: 'capture',
      expiresAt: 9,
    } as const;
    await store.addToken(token);
    expect(await store.deleteSession(gone.id)).toBe(true);
    expect(await store.deleteSession(gone.id)).toBe(false);
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
    const token = {
      sha256: fresh('hash'),
      sessionId: null,
      family: fresh('fam-'),
      scope: 'capture',
      expiresAt: 9,
    } as const;
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

  test('keeps keys by their digest', async () => {
    const key = { id: fresh('key-'), name: 'ci', sha256: fresh('hash'), createdAt: 1_900_000_000 };
    await store.addKey(key);
    expect(await store.keyBySha256(key.sha256)).toEqual(key);
    expect(await store.keyBySha256('other')).toBeUndefined();
  });

  test('numbers policies from 2, because 1 is the default', async () => {
    expect(await store.policy()).toBeUndefined();
    const { version: _, ...content } = DEFAULT_POLICY;
    expect((await store.setPolicy(content)).version).toBe(2);
    expect((await store.setPolicy({ ...content, purpose: 'Training' })).version).toBe(3);
    expect(await store.policy()).toEqual({ ...content, purpose: 'Training', version: 3 });
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

test('a database from before displays were told apart keeps its streams, of which nobody said', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tallylight-store-'));
  const before = await openStore({ dataDir });
  const session = aSession();
  await before.addSession(session);
  const stream = aStream(session.id);
  await before.startSession(start(session.id, stream));
  await before.close();
  const file = new DatabaseSync(join(dataDir, 'tallylight.sqlite'));
  file.exec(
    "alter table rtstream drop column fingerprint; delete from migration where name = '002-fingerprint'",
  );
  file.close();
  const after = await openStore({ dataDir });
  expect(await after.streamsOf([session.id])).toEqual([stream]);
  await after.close();
  await rm(dataDir, { recursive: true });
});
