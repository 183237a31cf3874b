import { rename } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { serve } from '../main.ts';
import { readAudit, rotateMasterKey } from '../operate.ts';
import { emptyBeside, restoredElsewhere, videosOf } from '../trial/backups.ts';
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

test('TALLYLIGHT_BACKUP_TO says where to, and TALLYLIGHT_BACKUP_KEEP how many', async () => {
  const [dataDir, to] = [await folder(), await folder()];
  const variables = { TALLYLIGHT_BACKUP_TO: to };
  const wrong = { ...variables, TALLYLIGHT_BACKUP_KEEP: 'all' };
  expect(await serve({ dataDir, port: 0, variables: wrong })).toMatchObject({ error: { code: 'usage' } });
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
  const before = must(await makeBackup({ dataDir }, to, { keep: 7 }));
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
