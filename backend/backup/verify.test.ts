import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyBeside, restoredElsewhere } from '../trial/backups.ts';
import { filesOf } from '../trial/held.ts';
import { type Recorded, recorded } from '../trial/recorded.ts';
import { folder, must, type Trial, trial } from '../trial/service.ts';
import { makeBackup, restoreService, verifyBackups } from './commands.ts';

type BackedUp = Trial & { readonly to: string; readonly ada: Recorded; readonly bob: Recorded };

async function backedUp(): Promise<BackedUp> {
  const service = await trial();
  const ada = await recorded(service, service.key, { endUserId: 'ada' });
  const bob = await recorded(service, service.key, { endUserId: 'bob' });
  const to = await folder();
  must(await makeBackup(service, to, { keep: 7 }));
  return Object.assign(service, { to, ada, bob });
}

/** Whether a verification finds something to say. */
async function isFound({ dataDir, to }: Pick<BackedUp, 'dataDir' | 'to'>): Promise<boolean> {
  const verified = await verifyBackups({ dataDir, variables: {} }, to, {});
  return !verified.ok || verified.value.some(({ damage }) => damage.length > 0);
}

test('[P61] a byte that is changed anywhere in any file of a backup is found by verifying, as is a file that is gone', async () => {
  const service = await backedUp();
  expect(await isFound(service)).toBe(false);
  // Some all over each file; every one where there are minutes for it: `TALLYLIGHT_EVERY_BYTE=1`.
  const most = process.env.TALLYLIGHT_EVERY_BYTE === '1' ? Number.POSITIVE_INFINITY : 12;
  for (const [path, content] of filesOf(service.to)) {
    const step = Math.max(1, Math.floor(content.length / most));
    const file = join(service.to, path);
    for (let at = 0; at < content.length; at += step) {
      const changed = Buffer.from(content);
      changed.writeUInt8(changed.readUInt8(at) ^ 0x20, at);
      await writeFile(file, changed);
      expect(await isFound(service), `${path} at ${at}`).toBe(true);
    }
    await rm(file);
    expect(await isFound(service), `${path} gone`).toBe(true);
    await writeFile(file, content);
  }
  expect(await isFound(service)).toBe(false);
});

test('a fragment that is damaged is named; its session is left out if that is wanted, and the rest restored', async () => {
  const service = await backedUp();
  const { to, dataDir, ada, bob } = service;
  const stream = ada.streams[0] ?? '';
  const directory = join(to, 'blobs', ada.session.id, stream);
  const [name = ''] = readdirSync(directory).sort();
  await writeFile(join(directory, name), randomBytes(100));
  const path = `blobs/${ada.session.id}/${stream}/${name}`;
  expect(must(await verifyBackups({ dataDir }, to, {}))).toMatchObject([
    { blobs: 5, opened: 5, damage: [{ path, session: ada.session.id, what: 'not as it was written' }] },
  ]);
  const target = await emptyBeside(dataDir);
  expect(await restoreService({ dataDir: target, variables: {} }, to, {})).toMatchObject({
    error: { code: 'backup-damaged', detail: `${path}: not as it was written` },
  });
  expect(readdirSync(target)).toEqual(['master.key']);
  const { restored } = await restoredElsewhere(service, to, { leaveOutDamaged: true });
  expect(restored).toMatchObject({ sessions: 1, blobs: 3, leftOut: [ada.session.id] });
  expect(bob.session.id).not.toBe(ada.session.id);
});

test('a list of sums that is damaged is told from blobs that are', async () => {
  const { to, dataDir, ada } = await backedUp();
  const path = `sums/${ada.session.id}/${ada.streams[0]}.sha256`;
  const text = await readFile(join(to, path), 'utf8');
  await writeFile(
    join(to, path),
    text.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
  );
  expect(must(await verifyBackups({ dataDir }, to, {}))).toMatchObject([
    { blobs: 6, damage: [{ path, session: ada.session.id, what: 'not as it was written' }] },
  ]);
});

test('[P61] without the master key the bytes of every file are compared, and nothing is opened', async () => {
  const { to } = await backedUp();
  const elsewhere = { dataDir: await folder(), variables: {} };
  expect(must(await verifyBackups(elsewhere, to, {}))).toMatchObject([{ blobs: 6, opened: 0, damage: [] }]);
  for (const [path, content] of filesOf(to)) {
    const file = join(to, path);
    const changed = Buffer.from(content);
    // Whether a signature is the service's is known with the master key only: here it is what was signed that is changed.
    const at = path.endsWith('.jws') ? content.indexOf('.') + 3 : content.length - 9;
    changed.writeUInt8(changed.readUInt8(at) ^ 0x20, at);
    await writeFile(file, changed);
    expect(await isFound({ ...elsewhere, to }), path).toBe(true);
    await rm(file);
    expect(await isFound({ ...elsewhere, to }), `${path} gone`).toBe(true);
    await writeFile(file, content);
  }
});

test('[P31] a restore without the right master key is refused, and makes none', async () => {
  const { to } = await backedUp();
  const dataDir = await folder();
  const refused = { error: { code: 'backup-key' } };
  expect(await restoreService({ dataDir, variables: {} }, to, {})).toMatchObject(refused);
  expect(readdirSync(dataDir)).toEqual([]);
  const variables = { TALLYLIGHT_MASTER_KEY: randomBytes(32).toString('base64') };
  expect(await restoreService({ dataDir, variables }, to, {})).toMatchObject(refused);
  expect(readdirSync(dataDir)).toEqual([]);
});

test('a restore writes over nothing', async () => {
  const { to, dataDir } = await backedUp();
  const before = filesOf(dataDir);
  expect(await restoreService({ dataDir, variables: {} }, to, {})).toMatchObject({
    error: { code: 'restore-not-empty' },
  });
  const other = await emptyBeside(dataDir);
  await writeFile(join(other, 'letter.txt'), 'mine');
  expect(await restoreService({ dataDir: other, variables: {} }, to, {})).toMatchObject({
    error: { code: 'restore-not-empty' },
  });
  expect(readdirSync(other).sort()).toEqual(['letter.txt', 'master.key']);
  expect([...filesOf(dataDir).keys()]).toEqual([...before.keys()]);
});

test('a restore does not touch what somebody puts there while the backup is verified', async () => {
  const { to, dataDir } = await backedUp();
  const target = await emptyBeside(dataDir);
  const theirs = join(target, 'blobs', 'theirs');
  const refused = await restoreService({ dataDir: target, variables: {} }, to, {
    tell: ({ step }) => {
      if (step !== 'verify') return;
      mkdirSync(join(target, 'blobs'), { recursive: true });
      writeFileSync(theirs, 'mine');
    },
  });
  expect(refused).toMatchObject({ error: { code: 'restore-not-empty' } });
  expect([...filesOf(target).keys()].sort()).toEqual(['blobs/theirs', 'master.key']);
});

test('a restore that is cancelled leaves nothing, and one that was cut short can be called again', async () => {
  const service = await backedUp();
  const { to, dataDir } = service;
  const target = await emptyBeside(dataDir);
  const cancelling = new AbortController();
  const cancelled = await restoreService({ dataDir: target, variables: {} }, to, {
    signal: cancelling.signal,
    tell: ({ step }) => void (step === 'restore' && cancelling.abort()),
  });
  expect(cancelled).toMatchObject({ error: { code: 'backup-cancelled' } });
  expect([...filesOf(target).keys()]).toEqual(['master.key']);
  // What one leaves that was killed.
  must(await restoreService({ dataDir: target, variables: {} }, to, {}));
  await rm(join(target, 'tallylight.sqlite'));
  await mkdir(join(target, 'restoring'));
  must(await restoreService({ dataDir: target, variables: {} }, to, {}));
  expect(statSync(join(target, 'tallylight.sqlite')).mode & 0o777).toBe(0o600);
});

test('a backup that is cancelled leaves the earlier ones as they were', async () => {
  const { to, dataDir } = await backedUp();
  const before = [...filesOf(join(to, 'generations')).keys()];
  for (const at of ['database', 'keys', 'recordings']) {
    const cancelling = new AbortController();
    const cancelled = await makeBackup({ dataDir }, to, {
      keep: 1,
      signal: cancelling.signal,
      tell: ({ step }) => void (step === at && cancelling.abort()),
    });
    // The last step may be over before it can be cancelled.
    if (at !== 'recordings') expect(cancelled).toMatchObject({ error: { code: 'backup-cancelled' } });
    if (!cancelled.ok) expect([...filesOf(join(to, 'generations')).keys()]).toEqual(before);
  }
  expect(must(await verifyBackups({ dataDir }, to, {})).every(({ damage }) => damage.length === 0)).toBe(
    true,
  );
});

test('a folder that held backups and is empty is not taken for a new one', async () => {
  const { to, dataDir } = await backedUp();
  await rename(to, `${to}-away`);
  expect(await makeBackup({ dataDir }, to, { keep: 7 })).toMatchObject({
    error: { code: 'backup-unreachable', detail: expect.stringContaining('is its disk mounted?') },
  });
  expect(await makeBackup({ dataDir }, to, { keep: 7, anew: true })).toMatchObject({ ok: true });
  await rm(`${to}-away`, { recursive: true });
});
