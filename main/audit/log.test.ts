import { appendFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AuditEntry, AuditEvent } from '../../contract/audit.ts';
import { keyFileSecrets } from '../vault/key-file.ts';
import { done, IS_ROOT, mounted, TEST_SESSION, testFolder } from '../vault/test-vault.ts';
import { openAuditLog, readAuditLog } from './log.ts';
import { complete, logOf, now, paused } from './test-log.ts';

describe('the audit log', () => {
  test('[P29] reads back as it was written, each entry holding the hash of the one before', async () => {
    const { dataDir, path } = await logOf(paused(1), paused(2.5), complete);
    const entries = done(await readAuditLog(dataDir));
    expect(entries.map(({ sequence, actor, at }) => ({ sequence, actor, at }))).toEqual(
      [1, 2, 3].map((sequence) => ({ sequence, actor: 'ada', at: '2026-03-01T10:00:00.000Z' })),
    );
    expect(entries.map(({ event }) => event)).toEqual([paused(1), paused(2.5), complete]);
    expect(entries.map(({ previous }) => previous)).toEqual([
      '0'.repeat(64),
      entries[0]?.hash,
      entries[1]?.hash,
    ]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('goes on after a restart', async () => {
    const { dataDir, open } = await logOf(paused(1));
    done(await done(await open()).write('tallylight', complete));
    expect(done(await readAuditLog(dataDir)).map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  test('is empty where there is none yet', async () => {
    expect(await readAuditLog(await testFolder())).toEqual({ ok: true, value: [] });
  });

  test('writes in the order of the calls, also when nobody waits', async () => {
    const { dataDir, log } = await logOf();
    const entries = await Promise.all(
      Array.from({ length: 40 }, (_, atMs) => log.write('ada', paused(atMs))),
    );
    expect(entries.map((entry) => done(entry).sequence)).toEqual(entries.map((_, index) => index + 1));
    expect(done(await readAuditLog(dataDir)).map(({ event }) => event)).toEqual(
      entries.map((_, atMs) => paused(atMs)),
    );
  });

  test('refuses an entry that could not be read back, and stays whole', async () => {
    const { dataDir, log } = await logOf(complete);
    const wrong: AuditEvent[] = [
      paused(Number.NaN),
      paused(Number.POSITIVE_INFINITY),
      { type: 'session.complete', sessionId: 'x' },
    ];
    for (const event of wrong)
      expect(await log.write('ada', event)).toMatchObject({ error: { code: 'internal' } });
    done(await log.write('ada', complete));
    expect(done(await readAuditLog(dataDir))).toHaveLength(2);
  });
});

describe('what was changed afterwards', () => {
  test('[P29][P61] is found for every single byte, and the entry is named', async () => {
    const { dataDir, path, bytes, open } = await logOf(paused(1), paused(2), complete);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(path, changed);
      const entry = bytes.subarray(0, at).toString().split('\n').length;
      const read = await readAuditLog(dataDir);
      expect({ at, read }).toMatchObject({
        read: { error: { code: 'audit-broken', detail: expect.stringMatching(`^entry ${entry} `) } },
      });
      expect(await open()).toEqual(read);
    }
  });

  test('[P61] is found where the same is said in other letters', async () => {
    const { dataDir, path, bytes } = await logOf(paused(1e-7), complete);
    for (const [letters, others] of [
      ['1e-7', '1E-7'],
      ['"ada"', '"\\u0061da"'],
      [':', ': '],
    ] as const) {
      expect(bytes.toString()).toContain(letters);
      await writeFile(path, bytes.toString().replace(letters, others));
      expect(await readAuditLog(dataDir)).toMatchObject({
        error: { code: 'audit-broken', detail: 'entry 1 was changed' },
      });
    }
  });

  test('is found where an entry was taken out, moved, doubled or added to', async () => {
    const { dataDir, path, bytes } = await logOf(paused(1), paused(2), complete);
    const [a = '', b = '', c = ''] = bytes.toString().split('\n');
    const more = JSON.stringify({ ...(JSON.parse(b) as AuditEntry), note: 'added' });
    for (const lines of [
      [b, c],
      [a, c],
      [a, c, b],
      [a, b, b, c],
      [a, more, c],
      [a, '', b, c],
      [a, b, c, 'x'],
    ]) {
      await writeFile(path, `${lines.join('\n')}\n`);
      expect(await readAuditLog(dataDir)).toMatchObject({ error: { code: 'audit-broken' } });
    }
  });
});

describe('a last line that was torn', () => {
  test('by a crash at any byte is left out and written over, as it was never acknowledged', async () => {
    const { dataDir, path, headPath, log, bytes: first, open } = await logOf(paused(1));
    const head = await readFile(headPath);
    done(await log.write('ada', paused(2)));
    const bytes = await readFile(path);
    for (let length = first.length; length < bytes.length; length += 7) {
      await writeFile(path, bytes.subarray(0, length));
      await writeFile(headPath, head);
      expect(done(await readAuditLog(dataDir))).toHaveLength(1);
      done(await done(await open()).write('ada', complete));
      expect(done(await readAuditLog(dataDir)).map(({ event }) => event)).toEqual([paused(1), complete]);
    }
  });

  test('stays where nothing is written after it', async () => {
    const { path, bytes, open } = await logOf(paused(1));
    await appendFile(path, '{"sequence":2');
    done(await open());
    expect(await readFile(path)).toEqual(Buffer.concat([bytes, Buffer.from('{"sequence":2')]));
  });
});

describe('a disk', () => {
  test.skipIf(!IS_ROOT)(
    `that takes half an entry breaks nothing: the next one is written when there is space again${IS_ROOT ? '' : ' (skipped: needs root to mount a small disk)'}`,
    async () => {
      const dataDir = await testFolder();
      mounted(dataDir, 'size=64k');
      const log = done(await openAuditLog(dataDir, now, done(await keyFileSecrets(dataDir))));
      done(await log.write('ada', complete));
      const filling = join(dataDir, 'filling');
      await writeFile(filling, Buffer.alloc(70_000)).catch(() => undefined);
      const refused: AuditEvent = {
        type: 'session.failed',
        sessionId: TEST_SESSION,
        code: 'x',
        kept: 'k'.repeat(9000),
      };
      expect(await log.write('ada', refused)).toMatchObject({ error: { code: 'disk-full' } });
      await writeFile(filling, '');
      done(await log.write('ada', complete));
      expect(done(await readAuditLog(dataDir)).map(({ sequence }) => sequence)).toEqual([1, 2]);
    },
  );

  test('that does not give the log back is said, instead of beginning another one', async () => {
    const dataDir = await testFolder();
    await mkdir(join(dataDir, 'audit.jsonl'));
    const secrets = done(await keyFileSecrets(dataDir));
    expect(await openAuditLog(dataDir, now, secrets)).toMatchObject({
      error: { code: 'vault-unwritable' },
    });
  });
});
