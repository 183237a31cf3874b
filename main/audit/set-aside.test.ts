import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SecretStore } from '../host.ts';
import { done } from '../vault/test-vault.ts';
import { asideFolders } from './aside-folders.ts';
import { openAuditLog, verifyAuditLog } from './log.ts';
import { setAuditAside } from './set-aside.ts';
import { complete, logOf, now, paused } from './test-log.ts';

const SOME = [1, 2, 3].map(paused);
const FOLDER = 'audit-set-aside-2026-03-01T10-00-00.000Z';
const BROKEN = { ok: false, error: { code: 'audit-broken' } };

/** A log with one byte of its first entry changed. */
async function damaged() {
  const log = await logOf(...SOME);
  const bytes = Buffer.from(log.bytes);
  bytes[30] = (bytes[30] ?? 0) ^ 1;
  await writeFile(log.path, bytes);
  await mkdir(join(log.dataDir, 'vault'));
  const setAside = () => setAuditAside(log.dataDir, now, log.secrets);
  const aside = (folder = FOLDER) =>
    verifyAuditLog(join(log.dataDir, folder), async () => ({ ok: true, value: log.secrets }));
  const breaks = async () =>
    done(await log.verify()).entries.flatMap(({ event }) =>
      event.type === 'audit.set-aside' ? [event.folder] : [],
    );
  return { ...log, bytes, setAside, aside, breaks };
}

describe('a log that is damaged', () => {
  test('[P29] is set aside as it was, and the new one says first what was found', async () => {
    const log = await damaged();
    const head = await readFile(log.headPath);
    const said = {
      type: 'audit.set-aside',
      folder: FOLDER,
      found: 'entry 1 cannot be read',
      sha256: createHash('sha256').update(log.bytes).digest('hex'),
      entries: 2,
      lastHash: JSON.parse(log.lines[2] ?? '').hash,
    };
    expect(done(await log.setAside())).toEqual(said);
    expect(await readFile(join(log.dataDir, FOLDER, 'audit.jsonl'))).toEqual(log.bytes);
    expect(await readFile(join(log.dataDir, FOLDER, 'audit.head'))).toEqual(head);
    expect(await log.aside()).toMatchObject({ error: { code: 'audit-broken', detail: said.found } });
    expect(done(await log.verify())).toMatchObject({ hasHead: true, entries: [{ event: said }] });
    done(await done(await log.open()).write('ada', complete));
    expect(done(await log.verify()).entries.map(({ event }) => event)).toEqual([said, complete]);
  });

  test.each([
    [
      'cut',
      (log: Awaited<ReturnType<typeof damaged>>) => log.put(log.lines.slice(0, 1)),
      'entries 2 to 3 are missing',
      1,
    ],
    [
      'without its head',
      async (log: Awaited<ReturnType<typeof damaged>>) => {
        await writeFile(log.path, `${log.lines.join('\n')}\n`);
        await rm(log.headPath);
      },
      'its head is missing',
      3,
    ],
    [
      'gone with its head',
      async (log: Awaited<ReturnType<typeof damaged>>) => {
        await rm(log.path);
        await rm(log.headPath);
        await rm(log.keyPath);
      },
      'the log and its head are missing',
      0,
    ],
  ] as const)('[P29] %s is set aside with what is found', async (_, harm, found, entries) => {
    const log = await damaged();
    await harm(log);
    expect(done(await log.setAside())).toMatchObject({ found, entries });
    expect(done(await log.verify()).hasHead).toBe(true);
  });

  test.runIf(process.platform === 'linux')('that the disk does not give is set aside, too', async () => {
    const log = await damaged();
    await rm(log.path);
    // Reading it from its beginning is an error of the disk: nothing is mapped there.
    await symlink('/proc/self/mem', log.path);
    expect(await log.open()).toMatchObject({ error: { code: 'audit-broken', detail: 'audit log (EIO)' } });
    expect(done(await log.setAside())).toMatchObject({ found: 'audit log (EIO)', sha256: null, entries: 0 });
    expect(done(await log.verify()).entries).toHaveLength(1);
  });

  test('[P29] that is whole, or can be proven elsewhere only, stays where it is', async () => {
    const log = await logOf(...SOME);
    const aside = (secrets: SecretStore) => setAuditAside(log.dataDir, now, secrets);
    expect(await aside(log.secrets)).toMatchObject({ error: { code: 'audit-whole' } });
    expect(await aside({ ...log.secrets, kind: 'keychain' })).toMatchObject({
      error: { code: 'key-elsewhere' },
    });
    expect(await asideFolders(log.dataDir)).toEqual([]);
    expect(await readFile(log.path)).toEqual(log.bytes);
  });

  test('of an app with a keychain gets its head when the app is started next', async () => {
    const log = await logOf();
    const keychain: SecretStore = { ...log.secrets, kind: 'keychain' };
    done(await done(await openAuditLog(log.dataDir, now, keychain)).write('ada', complete));
    await log.put([]);
    done(await setAuditAside(log.dataDir, now, log.secrets));
    expect(done(await log.verify()).hasHead).toBe(false);
    done(await openAuditLog(log.dataDir, now, keychain));
    const proven = await verifyAuditLog(log.dataDir, async () => ({ ok: true, value: keychain }));
    expect(done(proven).hasHead).toBe(true);
  });
});

describe('a break', () => {
  test('[P29] cannot be passed over: neither by a log without it nor by taking that log away', async () => {
    const log = await damaged();
    done(await log.setAside());
    await log.put([]);
    await rm(log.headPath);
    await rm(log.keyPath);
    expect(await log.verify()).toMatchObject(BROKEN);
    expect(await log.open()).toMatchObject(BROKEN);
    const other = await logOf(...SOME);
    for (const [from, to] of [
      [other.path, log.path],
      [other.headPath, log.headPath],
      [other.keyPath, log.keyPath],
    ] as const)
      await writeFile(to, await readFile(from));
    expect(await log.verify()).toMatchObject(BROKEN);
  });

  test('[P29] after another is told as well, and neither log is lost', async () => {
    const log = await damaged();
    done(await log.setAside());
    const second = await readFile(log.path);
    await rm(log.headPath);
    const { folder } = done(await log.setAside());
    expect(folder).not.toBe(FOLDER);
    expect(await log.breaks()).toEqual([FOLDER, folder]);
    expect(await readFile(join(log.dataDir, FOLDER, 'audit.jsonl'))).toEqual(log.bytes);
    expect(await readFile(join(log.dataDir, folder, 'audit.jsonl'))).toEqual(second);
  });

  test.each(['audit.jsonl', 'audit.head', 'audit-key.wrapped', 'all'])(
    '[P29] that a crash cut short after %s is finished, and nothing goes on before that',
    async (last) => {
      const log = await damaged();
      const unfinished = join(log.dataDir, `${FOLDER}.part`);
      await mkdir(unfinished);
      for (const name of ['audit.jsonl', 'audit.head', 'audit-key.wrapped']) {
        await rename(join(log.dataDir, name), join(unfinished, name));
        if (name === last) break;
      }
      expect(await log.open()).toMatchObject(BROKEN);
      expect(done(await log.setAside())).toMatchObject({ folder: FOLDER, found: 'entry 1 cannot be read' });
      expect(await log.breaks()).toEqual([FOLDER]);
      expect((await readdir(join(log.dataDir, FOLDER))).sort()).toEqual([
        'audit-key.wrapped',
        'audit.head',
        'audit.jsonl',
      ]);
    },
  );

  test('that a crash cut short after the new log was begun only gets its name', async () => {
    const log = await damaged();
    done(await log.setAside());
    await rename(join(log.dataDir, FOLDER), join(log.dataDir, `${FOLDER}.part`));
    done(await done(await log.open()).write('ada', complete));
    expect(done(await log.setAside())).toMatchObject({ folder: FOLDER });
    expect(await asideFolders(log.dataDir)).toEqual([FOLDER]);
    expect(done(await log.verify()).entries).toHaveLength(2);
  });
});
