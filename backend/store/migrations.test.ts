import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../contract/policy.ts';
import { ownerContext } from '../secrets/keyring.ts';
import { MASTER } from '../trial/records.ts';
import { folder, must } from '../trial/service.ts';
import { MIGRATIONS } from './migrations.ts';
import { openStore } from './open.ts';
import { databaseAt } from './sqlite.ts';
import type { Tables } from './tables.ts';

const SESSION = 'cap-before000';
const STREAMS = ['rts-mic', 'rts-display'] as const;
const WRAPPED = MASTER.wrap(ownerContext({ kind: 'session', id: SESSION }), Buffer.alloc(32, 5));
const METADATA = { project: 'zebra', team: ['Turing', null] };
const MANIFEST = {
  duration_ms: 10,
  active_ms: 5,
  channels: [
    {
      ...{ channel_id: 'mic:built-in_audio', takes: 1, fragments: 2, bytes: 300 },
      ...{ digest: 'd'.repeat(64), dropped: 0 },
    },
  ],
};
const { channels: _, maxSessionMinutes: __, bearerClients: ___, ...SAME } = DEFAULT_POLICY;
const OLD_POLICY = {
  ...SAME,
  purpose: 'Training',
  allowed: { mic: ['off', 'keep'], system_audio: ['off'], display: ['off', 'live'] },
};
/** What nobody who has the file may read in it. */
const PERSONAL = [
  ...['ada.lovelace', 'hooks.example.org', 'zebra', 'Turing', 'built-in_audio', 'Meeting room'],
  ...['0123456789abcdef', 'display:7'],
];

/** A database as the service before tenants, roles and sealing left it. */
async function before(path: string): Promise<void> {
  const { db } = databaseAt(path);
  await sql`create table migration (name text primary key)`.execute(db);
  for (const { name, up } of MIGRATIONS.slice(0, 2)) {
    await up(db, () => Promise.reject(new Error('nothing was sealed then')));
    await db.insertInto('migration').values({ name }).execute();
  }
  await put(db, 'fact', { name: 'master-key', value: MASTER.fingerprint });
  await put(db, 'api_key', { id: 'key-a', name: 'ci', sha256: 'hash-a', created_at: 5 });
  await put(db, 'policy', { version: 2, content: JSON.stringify({ ...OLD_POLICY, version: 2 }) });
  await put(db, 'capture_session', {
    ...{ id: SESSION, collection_id: 'default', end_user_id: 'ada.lovelace', status: 'stopped' },
    ...{ callback_url: 'https://hooks.example.org/x', metadata: JSON.stringify(METADATA), created_at: 7 },
    ...{ wrapped_key: WRAPPED, policy: JSON.stringify({ ...OLD_POLICY, version: 2 }) },
    ...{ consent_sha256: 'c'.repeat(64), manifest: JSON.stringify(MANIFEST) },
  });
  await put(db, 'client_token', {
    ...{ sha256: 'hash-t', session_id: SESSION, family: 'f', scope: 'capture', expires_at: 9 },
  });
  const stream = { session_id: SESSION, fragments: 1, bytes: 300, last_take: 1, last_sequence: 0 };
  await put(db, 'rtstream', {
    ...{ ...stream, id: STREAMS[0], channel_id: 'mic:built-in_audio', channel_name: 'Meeting room' },
    ...{ type: 'audio', store: 1, position: 0, fingerprint: null },
  });
  await put(db, 'rtstream', {
    ...{ ...stream, id: STREAMS[1], channel_id: 'display:7', channel_name: null },
    ...{ type: 'video', store: 1, position: 1, fingerprint: '0123456789abcdef' },
  });
  for (const id of STREAMS)
    await put(db, 'fragment', {
      ...{ stream_id: id, take: 1, sequence: 0, started_at_ms: 1.5, duration_ms: 2.5, paused_before_ms: 0 },
      ...{ bytes: 300, sha256: 'a'.repeat(64), blob: '1.0.x', received_at: 8 },
    });
  await put(db, 'video', {
    ...{ id: 'vid-a', session_id: SESSION, stream_id: STREAMS[0], name: 'mic:built-in_audio', part: 1 },
    ...{ format: 'f', length_seconds: 1, size_bytes: 2, sha256: 'b'.repeat(64), takes: 1, fragments: 1 },
    created_at: 9,
  });
  await db.destroy();
}

async function put(db: Kysely<Tables>, table: string, row: Record<string, string | number | null>) {
  const columns = sql.join(Object.keys(row).map((name) => sql.ref(name)));
  await sql`insert into ${sql.table(table)} (${columns}) values (${sql.join(Object.values(row))})`.execute(
    db,
  );
}

function filesIn(dataDir: string): Buffer {
  return Buffer.concat(readdirSync(dataDir).map((name) => readFileSync(join(dataDir, name))));
}

test('[P31] a database from before there was sealing is read as it was, and tells nobody else who or what', async () => {
  const dataDir = await folder();
  await before(join(dataDir, 'tallylight.sqlite'));
  for (const word of PERSONAL) expect(filesIn(dataDir).includes(word)).toBe(true);
  const { store, keyring } = must(await openStore({ dataDir }, MASTER));
  // While it is open, with its write-ahead log.
  for (const word of PERSONAL) expect([word, filesIn(dataDir).includes(word)]).toEqual([word, false]);

  const { allowed: ____, ...rest } = OLD_POLICY;
  const channels = { mic: 'stored', system_audio: 'forbidden', display: 'ephemeral' };
  const policy = { ...rest, version: 2, channels, maxSessionMinutes: null, bearerClients: false };
  expect(await store.session(SESSION)).toEqual({
    ...{ id: SESSION, tenantId: 'default', environment: 'production', collectionId: 'default' },
    ...{ endUserId: 'ada.lovelace', status: 'stopped', callbackUrl: 'https://hooks.example.org/x' },
    ...{ metadata: METADATA, manifest: MANIFEST, wrappedKey: WRAPPED, policy },
    ...{
      createdAt: 7,
      startedAt: null,
      endedAt: null,
      consentSha256: 'c'.repeat(64),
      consentJws: null,
      deliveryJws: null,
    },
  });
  expect(keyring.unwrap({ kind: 'session', id: SESSION }, WRAPPED)).toEqual(Buffer.alloc(32, 5));
  const person = { tenantId: 'default', environment: null, endUserId: 'ada.lovelace', limit: 5 };
  expect(await store.sessions(person)).toMatchObject([{ id: SESSION }]);
  expect(await store.sessions({ ...person, endUserId: 'bob' })).toEqual([]);
  expect(await store.streamsOf([SESSION])).toMatchObject([
    {
      id: STREAMS[0],
      channelId: 'mic:built-in_audio',
      channelName: 'Meeting room',
      wrappedKey: null,
      measured: { timescale: null, mediaMs: 2.5 },
    },
    { id: STREAMS[1], channelId: 'display:7', fingerprint: '0123456789abcdef', revokedAt: null },
  ]);
  expect(await store.fragmentsOf(STREAMS[0])).toMatchObject([{ take: 1, sequence: 0, blob: '1.0.x' }]);
  expect(await store.videosOf([SESSION])).toMatchObject([{ id: 'vid-a', streamId: STREAMS[0] }]);
  // It gets its second copy like any other.
  expect(await store.copiesOf([SESSION])).toMatchObject([
    { videoId: 'vid-a', tenantId: 'default', environment: 'production', state: 'new', isHeld: false },
  ]);
  expect(await store.policy({ tenantId: 'default', collectionId: 'default' })).toEqual(policy);
  expect(await store.keyBySha256('hash-a')).toEqual({
    ...{ id: 'key-a', tenantId: 'default', environment: 'production', name: 'ci', sha256: 'hash-a' },
    ...{ roles: ['capture', 'read', 'admin'], prefix: 'tl_', createdAt: 5, expiresAt: null },
    lastUsedAt: null,
  });
  expect(await store.tokenBySha256('hash-t')).toBeUndefined();
  expect(await store.collections('default')).toMatchObject([{ id: 'default' }]);
  await store.close();
  for (const word of PERSONAL) expect([word, filesIn(dataDir).includes(word)]).toEqual([word, false]);
});
