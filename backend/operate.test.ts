import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ServiceAuditEntry } from '../contract/audit.ts';
import { DEFAULT_POLICY } from '../contract/policy.ts';
import { createKey, serve } from './main.ts';
import { anchorAnew, checkAudit, readAudit, rotateMasterKey, sweepNow } from './operate.ts';
import { makeNextMaster, masterOf, readMaster } from './secrets/master.ts';
import { openStore } from './store/open.ts';
import { exportOf } from './trial/admin.ts';
import { intruder } from './trial/audit-log.ts';
import { redundant, setDestination } from './trial/copies.ts';
import { filesOf, holding, rowsOf } from './trial/held.ts';
import { recorded } from './trial/recorded.ts';
import { call } from './trial/recorder.ts';
import { folder, must, type Trial, trial } from './trial/service.ts';

const WRAPPED = `select 'session' as kind, id, wrapped_key from capture_session
  union all select 'stream', id, wrapped_key from rtstream where wrapped_key != ''
  union all select 'destination', id, wrapped_key from destination
  union all select 'secret', name, wrapped from service_secret order by 1, 2`;
const SEALED = `select id, sealed from capture_session union all select id, sealed from rtstream
  union all select id, sealed from outbox union all select id, sealed from rights_request
  union all select id, sealed from destination order by 1`;

function blobsOf({ dataDir }: Trial) {
  return [...filesOf(dataDir)].flatMap(([path, content]) =>
    path.startsWith('blobs')
      ? [[path, statSync(join(dataDir, path)).mtimeMs, content.toString('base64')]]
      : [],
  );
}

async function mediaOf(service: Trial, videoId: string | undefined): Promise<Buffer> {
  const headers = { 'x-access-token': service.key };
  const answer = await fetch(`${service.url}/video/${videoId}/download`, { headers });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

describe('rotating the master key', () => {
  async function withMedia() {
    const { service } = await redundant();
    expect(await setDestination(service)).toMatchObject({ status: 200 });
    const channels = ['+mic:default', 'display:1'];
    const { session } = await recorded(service, service.key, { endUserId: 'ada', channels });
    await recorded(service, service.key, { endUserId: 'bob', until: 'delivered' });
    const [video] = session.videos;
    const media = await mediaOf(service, video?.id);
    const opens = async () => expect((await mediaOf(service, video?.id)).equals(media)).toBe(true);
    return { service, dataDir: service.dataDir, opens };
  }

  test('[P31] wraps every key anew and touches no data, and the old key opens nothing any more', async () => {
    const { service, dataDir, opens } = await withMedia();
    await service.close();
    const old = must(await readMaster(dataDir, {}));
    const oldFile = readFileSync(join(dataDir, 'master.key'));
    const before = {
      wrapped: rowsOf(dataDir, WRAPPED),
      sealed: rowsOf(dataDir, SEALED),
      blobs: blobsOf(service),
    };
    expect(before.wrapped).toHaveLength(8);
    expect(must(await rotateMasterKey({ dataDir, variables: {} }))).toEqual({
      place: 'file',
      isScrubbed: true,
    });

    const now = must(await readMaster(dataDir, {}));
    expect(now.fingerprint).not.toBe(old.fingerprint);
    const wrapped = rowsOf(dataDir, WRAPPED);
    expect(wrapped.map(({ id }) => id)).toEqual(before.wrapped.map(({ id }) => id));
    for (const [index, { kind, id, wrapped_key }] of wrapped.entries()) {
      expect(wrapped_key).not.toBe(before.wrapped[index]?.wrapped_key);
      const context =
        kind === 'secret' ? `tallylight service secret 1\n${id}` : `tallylight ${kind} key 1\n${id}`;
      expect(() => old.unwrap(context, String(wrapped_key))).toThrow();
      const key = old.unwrap(context, String(before.wrapped[index]?.wrapped_key));
      expect(now.unwrap(context, String(wrapped_key)).equals(key)).toBe(true);
      // As it was wrapped before it is in no file any more.
      expect(holding(dataDir, String(before.wrapped[index]?.wrapped_key))).toEqual([]);
    }
    expect(rowsOf(dataDir, SEALED)).toEqual(before.sealed);
    expect(blobsOf(service)).toEqual(before.blobs);
    expect(holding(dataDir, oldFile)).toEqual([]);
    expect(await openStore({ dataDir }, old)).toMatchObject({
      ok: false,
      error: { code: 'master-key-wrong' },
    });
    await service.restart();
    await opens();
  });

  test('[P31] asks for the service to be stopped', async () => {
    const { service, dataDir, opens } = await withMedia();
    const before = rowsOf(dataDir, WRAPPED);
    expect(await rotateMasterKey({ dataDir, variables: {} })).toMatchObject({
      ok: false,
      error: { code: 'data-in-use' },
    });
    expect(rowsOf(dataDir, WRAPPED)).toEqual(before);
    expect(existsSync(join(dataDir, 'master.key.next'))).toBe(false);
    await service.restart();
    await opens();
  });

  test('[P31] to a key that the environment names leaves it to the admin to name it from then on', async () => {
    const { service, dataDir } = await withMedia();
    await service.close();
    const [first, second] = [randomBytes(32), randomBytes(32)].map((key) => key.toString('base64'));
    const rotate = (variables: Record<string, string | undefined>) => rotateMasterKey({ dataDir, variables });
    expect(must(await rotate({ TALLYLIGHT_NEW_MASTER_KEY: first }))).toEqual({
      place: 'named',
      isScrubbed: true,
    });
    // The file in the folder is another one now, and nothing pretends otherwise.
    expect(await rotate({})).toMatchObject({ ok: false, error: { code: 'master-key-wrong' } });
    expect(await rotate({ TALLYLIGHT_MASTER_KEY: first })).toMatchObject({
      ok: false,
      error: { code: 'setting-refused' },
    });
    const same = { TALLYLIGHT_MASTER_KEY: first, TALLYLIGHT_NEW_MASTER_KEY: first };
    expect(await rotate(same)).toMatchObject({ ok: false, error: { code: 'usage' } });
    const command = { TALLYLIGHT_MASTER_KEY: first, TALLYLIGHT_NEW_MASTER_KEY_COMMAND: `echo ${second}` };
    expect(must(await rotate(command))).toEqual({ place: 'named', isScrubbed: true });
    const opened = await openStore({ dataDir }, masterOf(Buffer.from(second ?? '', 'base64')));
    await must(opened).store.close();
  });

  test('[P31] that was cut short before or after the store was wrapped anew is finished at the next start', async () => {
    const { service, dataDir, opens } = await withMedia();
    await service.close();
    const next = join(dataDir, 'master.key.next');
    const old = readFileSync(join(dataDir, 'master.key'));
    // Before: the new key is there and nothing was wrapped with it.
    await makeNextMaster(dataDir);
    await service.restart();
    await opens();
    expect(existsSync(next)).toBe(false);
    expect(readFileSync(join(dataDir, 'master.key')).equals(old)).toBe(true);
    await service.close();
    // After: everything is wrapped with it, and it is not in its place yet.
    const key = await makeNextMaster(dataDir);
    const bytes = readFileSync(next);
    const { store } = must(await openStore({ dataDir }, masterOf(old)));
    expect(await store.rewrap(masterOf(old), key)).toBe(true);
    await store.close();
    // Also for a command that runs before the service starts, which puts nothing in order.
    expect(await checkAudit({ dataDir, variables: {} })).toMatchObject({ ok: true });
    expect(existsSync(next)).toBe(true);
    await service.restart();
    await opens();
    expect(existsSync(next)).toBe(false);
    expect(readFileSync(join(dataDir, 'master.key')).equals(bytes)).toBe(true);
  });

  test('[P31] is all or nothing: a key that does not open leaves the store as it was', async () => {
    const { service, dataDir } = await withMedia();
    await service.close();
    const database = intruder(dataDir);
    const [row] = rowsOf(
      dataDir,
      "select id, wrapped_key from rtstream where wrapped_key != '' order by id desc",
    );
    database.prepare('update rtstream set wrapped_key = ? where id = ?').run('AAAA', String(row?.id));
    const before = rowsOf(dataDir, WRAPPED);
    await expect(rotateMasterKey({ dataDir, variables: {} })).rejects.toThrow();
    expect(rowsOf(dataDir, WRAPPED)).toEqual(before);
    database
      .prepare('update rtstream set wrapped_key = ? where id = ?')
      .run(String(row?.wrapped_key), String(row?.id));
    expect(must(await rotateMasterKey({ dataDir, variables: {} }))).toEqual({
      place: 'file',
      isScrubbed: true,
    });
  });
});

test('[P31] nobody who has the files of the service reads in them who was recorded, with what, or what was said of it', async () => {
  const service = await trial();
  const person = 'ada-lovelace-1815';
  const said = {
    metadata: { topic: 'quarterly-figures-meeting' },
    callbackUrl: 'https://hooks.example.org/path-of-the-hook',
  };
  const channels = ['+mic:studio-headset', 'display:4711'];
  const { session } = await recorded(service, service.key, { endUserId: person, channels, ...said });
  await recorded(service, service.key, { endUserId: person, channels, ...said, until: 'delivered' });
  await (await exportOf(service, service.key, person)).arrayBuffer();
  const secrets = [
    ...[person, 'quarterly-figures', 'hooks.example.org', 'path-of-the-hook'],
    ...['studio-headset', 'display:4711', 'I agree.', service.key],
  ];
  for (const secret of secrets) expect(holding(service.dataDir, secret), secret).toEqual([]);
  // What is there to be found is found.
  expect(holding(service.dataDir, session.id)).not.toEqual([]);
});

describe('the command line of the service', () => {
  test('[P27] reads and verifies the audit log, while the service runs or not, and is in it', async () => {
    const service = await trial();
    const { dataDir } = service;
    const { session } = await recorded(service, service.key, { endUserId: 'ada' });
    const told: ServiceAuditEntry[] = [];
    const question = { object: session.id };
    must(await readAudit({ dataDir, variables: {} }, question, (entry) => told.push(entry)));
    expect(told.map((entry) => entry.action)).toContain('session.stop');
    expect(new Set(told.map((entry) => entry.object))).toEqual(new Set([session.id]));
    const running = must(await checkAudit({ dataDir, variables: {} }));
    await call(service, 'GET', '/policy', service.key);
    await service.close();
    const stopped = must(await checkAudit({ dataDir, variables: {} }));
    expect(stopped.entries).toBeGreaterThan(running.entries);
    const all: ServiceAuditEntry[] = [];
    must(await readAudit({ dataDir, variables: {} }, { actor: 'operator' }, (entry) => all.push(entry)));
    expect(all.map((entry) => entry.action)).toEqual([
      'key.create',
      'audit.read',
      'audit.verify',
      'audit.verify',
    ]);
    expect(await checkAudit({ dataDir, variables: {}, tenant: 'none' })).toMatchObject({
      ok: false,
      error: { code: 'usage' },
    });
    intruder(dataDir).exec('delete from audit_entry where sequence = 3');
    const broken = { ok: false, error: { code: 'audit-broken', detail: 'entry 3' } };
    expect(await checkAudit({ dataDir, variables: {} })).toMatchObject(broken);
  });

  test('[P27] keeps the heads where TALLYLIGHT_AUDIT_ANCHOR says', async () => {
    const service = await trial();
    await service.close();
    const { dataDir } = service;
    const elsewhere = join(dataDir, 'elsewhere.json');
    const variables = { TALLYLIGHT_AUDIT_ANCHOR: elsewhere };
    // Whoever moves the file takes it along; where it is not, that shows.
    expect(await checkAudit({ dataDir, variables })).toMatchObject({
      ok: false,
      error: { code: 'audit-broken' },
    });
    copyFileSync(join(dataDir, 'audit-heads.json'), elsewhere);
    rmSync(join(dataDir, 'audit-heads.json'));
    must(await checkAudit({ dataDir, variables }));
    const before = readFileSync(elsewhere, 'utf8');
    must(await checkAudit({ dataDir, variables }));
    expect(readFileSync(elsewhere, 'utf8')).not.toBe(before);
    expect(existsSync(join(dataDir, 'audit-heads.json'))).toBe(false);
    writeFileSync(elsewhere, '{}');
    expect(await checkAudit({ dataDir, variables })).toMatchObject({ ok: false });
  });

  test('a place for the heads that is not there is told at the start', async () => {
    const dataDir = await folder();
    const variables = { TALLYLIGHT_AUDIT_ANCHOR: join(dataDir, 'none', 'heads.json') };
    expect(await serve({ dataDir, port: 0, variables })).toMatchObject({
      ok: false,
      error: { code: 'setting-refused' },
    });
  });

  test('[P27] names an entry whose number is none, also where nothing more can be written', async () => {
    const dataDir = await folder();
    for (const name of ['one', 'two', 'three']) must(await createKey({ dataDir, name, roles: ['read'] }));
    intruder(dataDir).exec("update audit_entry set sequence = '2x' where sequence = 2");
    expect(await checkAudit({ dataDir, variables: {} })).toMatchObject({
      error: { code: 'audit-broken', detail: 'entry 2' },
    });
  });

  test('[P27] begins the file of heads anew, and what was found stays in the log', async () => {
    const service = await trial();
    await service.close();
    const { dataDir } = service;
    const at = { dataDir, variables: {} };
    for (const _ of [1, 2, 3]) must(await checkAudit(at));
    rmSync(join(dataDir, 'audit-heads.json'));
    expect(await checkAudit(at)).toMatchObject({ ok: false, error: { code: 'audit-broken' } });
    expect(must(await anchorAnew(at))).toEqual({ tenants: 1 });
    const { head } = must(await checkAudit(at));
    const entries: ServiceAuditEntry[] = [];
    must(await readAudit(at, { actor: 'operator' }, (entry) => entries.push(entry)));
    const said = entries.find((entry) => entry.action === 'audit.anchor');
    expect(said?.reason).toMatch(/^audit-broken: the head of the log is gone/);
    expect(said?.sequence).toBe(head.sequence);
    intruder(dataDir).exec(`delete from audit_entry where sequence > ${head.sequence}`);
    expect(await checkAudit(at)).toMatchObject({
      ok: false,
      error: { detail: `entry ${head.sequence + 1}` },
    });
  });

  test('[P27] finds a database in whose place another was put', async () => {
    const service = await trial();
    await service.close();
    const { dataDir } = service;
    const at = { dataDir, variables: {} };
    must(await checkAudit(at));
    rmSync(join(dataDir, 'tallylight.sqlite'));
    expect(await checkAudit(at)).toMatchObject({ ok: false, error: { code: 'audit-broken' } });
    expect(await checkAudit({ ...at, dataDir: join(dataDir, 'none') })).toMatchObject({
      ok: false,
      error: { code: 'usage' },
    });
  });

  test('[P18] sweeps, or only says what it would delete', async () => {
    const service = await trial({ clock: () => Date.UTC(2020, 0, 1) });
    const { version: _, ...policy } = DEFAULT_POLICY;
    await call(service, 'PUT', '/policy', service.key, { ...policy, retentionDays: 30 });
    const at = { url: service.url, clock: { now: Date.UTC(2020, 0, 1) } };
    const { session } = await recorded(at, service.key, { endUserId: 'ada' });
    await service.close();
    const { dataDir } = service;
    const due = [{ sessionId: session.id, days: 30 }];
    expect(must(await sweepNow({ dataDir, variables: {} }, true))).toMatchObject({ due, deleted: 0 });
    expect(must(await sweepNow({ dataDir, variables: {} }, false))).toMatchObject({ due, deleted: 1 });
    expect(must(await sweepNow({ dataDir, variables: {} }, false))).toEqual({ due: [], deleted: 0 });
  });
});
