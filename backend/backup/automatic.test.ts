import { readFileSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { serve } from '../main.ts';
import { readAudit, rotateMasterKey } from '../operate.ts';
import { emptyBeside, restoredElsewhere, videosOf } from '../trial/backups.ts';
import { filesOf } from '../trial/held.ts';
import { recorded } from '../trial/recorded.ts';
import { folder, must, trial } from '../trial/service.ts';
import { listBackups, makeBackup, restoreService, verifyBackups } from './commands.ts';
import { backupFolder } from './folder.ts';

const WAIT = { timeout: 20_000 };

test('[P39] a service that knows a folder backs itself up by itself, each day, and keeps so many', async () => {
  const to = await folder();
  const service = await trial({ backups: { to, keep: 2, lookMs: 20 } });
  const { generations } = backupFolder(to);
  await vi.waitUntil(async () => (await generations()).length === 1, WAIT);
  await recorded(service, service.key, { endUserId: 'ada' });
  const [first = ''] = await generations();
  for (const count of [2, 2]) {
    const newest = (await generations()).at(-1);
    service.clock.now += 86_400_000;
    await vi.waitUntil(async () => (await generations()).at(-1) !== newest, WAIT);
    await vi.waitUntil(async () => (await generations()).length === count, WAIT);
  }
  expect(await generations()).not.toContain(first);
  const all = must(await verifyBackups({ dataDir: service.dataDir }, to, {}));
  expect(all.map(({ damage }) => damage)).toEqual([[], []]);
  expect(must(await listBackups(to)).at(-1)).toMatchObject({ sessions: 1, blobs: 3 });
});

test('a backup that fails is told once, in the log and as an entry, and made as soon as it can be', async () => {
  const to = await folder();
  const service = await trial({ backups: { to, lookMs: 20 } });
  const { generations } = backupFolder(to);
  await vi.waitUntil(async () => (await generations()).length === 1, WAIT);
  const failed = async () => {
    const reasons: string[] = [];
    const tell = ({ action, outcome, reason }: { action: string; outcome: string; reason: string }) => {
      if (action === 'service.backed-up' && outcome === 'failed') reasons.push(reason);
    };
    must(await readAudit(service, {}, tell));
    return reasons;
  };
  await rename(to, `${to}-away`);
  service.clock.now += 86_400_000;
  await vi.waitUntil(async () => (await failed()).length > 0, WAIT);
  await rename(`${to}-away`, to);
  await vi.waitUntil(async () => (await generations()).length === 2, WAIT);
  expect(await failed()).toEqual(['backup-unreachable']);
  expect(service.log.filter(({ type }) => type === 'fault')).toHaveLength(1);
});

test('[P39] the newest backup is verified each week; what is damaged is told in log and audit, and copied again', async () => {
  const to = await folder();
  const service = await trial({ backups: { to, lookMs: 20 } });
  const { dataDir } = service;
  const { session } = await recorded(service, service.key, { endUserId: 'ada' });
  const { generations } = backupFolder(to);
  const entries = async () => {
    const told: [string, string][] = [];
    must(
      await readAudit(service, {}, ({ action, outcome, reason }) => {
        if (action === 'backup.verify') told.push([outcome, reason]);
      }),
    );
    return told;
  };
  await vi.waitUntil(async () => (await entries()).length === 1, WAIT);
  expect(await entries()).toEqual([['done', expect.stringMatching(/^\d fragments$/)]]);
  // One that holds all of it, and is verified a week after the first.
  service.clock.now += 86_400_000;
  await vi.waitUntil(async () => (await generations()).length === 2, WAIT);
  service.clock.now += 6 * 86_400_000;
  await vi.waitUntil(async () => (await entries()).length === 2, WAIT);
  expect((await entries()).at(-1)).toEqual(['done', '3 fragments']);
  const [path = ''] = [...filesOf(join(to, 'blobs', session.id)).keys()];
  const blob = join(to, 'blobs', session.id, path);
  const before = readFileSync(blob);
  writeFileSync(blob, Buffer.alloc(before.length));
  // Not before its time: a look does not read everything.
  service.clock.now += 3600_000;
  expect(await entries()).toHaveLength(2);
  service.clock.now += 7 * 86_400_000;
  await vi.waitUntil(async () => (await entries()).length === 3, WAIT);
  expect((await entries()).at(-1)).toEqual(['failed', 'backup-damaged']);
  await vi.waitUntil(() => readFileSync(blob).equals(before), WAIT);
  const all = must(await verifyBackups({ dataDir }, to, {}));
  expect(all.flatMap(({ damage }) => damage)).toEqual([]);
  expect(service.log.filter(({ type }) => type === 'fault')).toMatchObject([
    { error_code: 'backup-damaged', cause: expect.stringContaining(`blobs/${session.id}/`) },
  ]);
  service.clock.now += 86_400_000;
  await vi.waitUntil(async () => (await entries()).length === 4, WAIT);
  expect((await entries()).at(-1)).toEqual(['done', '3 fragments']);
});

test('TALLYLIGHT_BACKUP_TO says where to, and TALLYLIGHT_BACKUP_KEEP how many', async () => {
  const [dataDir, to] = [await folder(), await folder()];
  const variables = { TALLYLIGHT_BACKUP_TO: to };
  const wrong = { ...variables, TALLYLIGHT_BACKUP_KEEP: 'all' };
  expect(await serve({ dataDir, port: 0, variables: wrong })).toMatchObject({
    error: { code: 'setting-refused' },
  });
  const service = must(await serve({ dataDir, port: 0, variables }));
  try {
    await vi.waitUntil(async () => (await backupFolder(to).generations()).length === 1, WAIT);
  } finally {
    await service.close();
  }
});

test('[P31] after the master key was exchanged every backup opens with the new one, and with the old one none', async () => {
  const to = await folder();
  const service = await trial({ backups: { to, lookMs: 20 } });
  const { dataDir, key } = service;
  const { session } = await recorded(service, key, { endUserId: 'ada' });
  // The service's own first one may be under way.
  const before = await vi.waitFor(async () => must(await makeBackup({ dataDir }, to, { keep: 7 })), WAIT);
  const old = await emptyBeside(dataDir);
  await service.close();
  must(await rotateMasterKey({ dataDir, variables: {} }));
  await service.restart();
  const count = (await backupFolder(to).generations()).length;
  await vi.waitUntil(async () => (await backupFolder(to).generations()).length > count, WAIT);
  expect(await restoreService({ dataDir: old, variables: {} }, to, {})).toMatchObject({
    error: { code: 'backup-key' },
  });
  const elsewhere = await restoredElsewhere(service, to, { generation: before.generation });
  expect(await videosOf(elsewhere, key, session.id)).toHaveLength(1);
});
