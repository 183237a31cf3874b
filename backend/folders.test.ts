import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkFolders } from './folders.ts';
import { startService } from './serve.ts';
import { folder } from './trial/service.ts';

test('folders in which one would remove what another keeps are refused, and others are not', async () => {
  const root = await folder();
  const at = (name: string) => join(root, name);
  const dataDir = at('data');
  const refused = { ok: false, error: { code: 'setting-refused' } };
  symlinkSync(root, at('link'));
  for (const wrong of [
    { copiesDir: dataDir },
    { copiesDir: root },
    { copiesDir: at('data/blobs') },
    { copiesDir: at('link/data/blobs') },
    { backupTo: dataDir },
    { backupTo: at('data/blobs/a') },
    { backupTo: at('data/copies') },
    { copiesDir: at('backup'), backupTo: at('backup') },
    { copiesDir: at('backup/blobs'), backupTo: at('backup') },
    { copiesDir: at('backup'), backupTo: at('link/backup/more') },
  ])
    expect(checkFolders({ dataDir, ...wrong }), JSON.stringify(wrong)).toMatchObject(refused);
  for (const right of [
    {},
    { backupTo: at('backup') },
    { copiesDir: at('data/copies'), backupTo: at('data/backup') },
    { copiesDir: at('backup2'), backupTo: at('backup') },
    { copiesDir: at('..data') },
  ])
    expect(checkFolders({ dataDir, ...right }), JSON.stringify(right)).toMatchObject({ ok: true });
  expect(await startService({ port: 0, dataDir, copiesDir: at('data/blobs') })).toMatchObject(refused);
});
