import { copyFile, rm } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ServiceAuditEntry } from '../../contract/audit.ts';
import { anEntry, auditLog, changeFile, intruder, TENANT, type TrialLog } from '../trial/audit-log.ts';
import { folder, must } from '../trial/service.ts';
import { BEGINNING, hashOf } from './log.ts';

const COUNT = 8;
const position = fc.integer({ min: 1, max: COUNT });

/** A log of eight entries, a way to change it, and one to put it back as it was. */
async function whole() {
  const dataDir = await folder();
  const log = await auditLog({ dataDir });
  await log.write(COUNT);
  const database = intruder(dataDir);
  const entries = await log.store.auditEntries({ tenantId: TENANT, limit: 100 });
  const put = (rows: readonly ServiceAuditEntry[]) => {
    database.exec('delete from audit_entry');
    const into = database.prepare('insert into audit_entry values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    for (const row of rows) {
      const { sequence, at, actor, action, object, outcome, reason, previous, hash } = row;
      into.run(TENANT, sequence, at, actor, action, object, outcome, reason, previous, hash);
    }
  };
  return { ...log, dataDir, database, entries, put };
}

/** As somebody makes them who knows how: every number and hash is right. */
function rehashed(entries: readonly ServiceAuditEntry[]): ServiceAuditEntry[] {
  let previous = BEGINNING;
  return entries.map((entry, index) => {
    const unhashed = { ...entry, sequence: index + 1, previous };
    previous = hashOf(unhashed);
    return { ...unhashed, hash: previous };
  });
}

async function wrongIn(log: TrialLog): Promise<string> {
  const verified = await log.verify();
  expect(verified).toMatchObject({ ok: false, error: { code: 'audit-broken' } });
  return verified.ok ? '' : (verified.error.detail ?? '');
}

const FIELDS = {
  sequence: 'sequence = sequence + 100',
  at: "at = '2030-01-01T00:00:00.001Z'",
  actor: "actor = 'key:key-other'",
  action: "action = 'video.read'",
  object: "object = 'vid-other'",
  outcome: "outcome = 'failed'",
  reason: "reason = 'x'",
  previous: `previous = '${'1'.repeat(64)}'`,
  hash: `hash = '${'1'.repeat(64)}'`,
};

test('[P27] a log as it was written is whole, and says how long it is and where it ends', async () => {
  const log = await whole();
  const last = log.entries.at(-1);
  const head = { sequence: COUNT, hash: last?.hash };
  expect(must(await log.verify())).toEqual({ entries: COUNT, head, anchored: head });
});

test.each(Object.entries(FIELDS))(
  '[P27] an entry whose %s was edited is found and named',
  async (_field, set) => {
    const log = await whole();
    await fc.assert(
      fc.asyncProperty(position, async (sequence) => {
        log.database.exec(`update audit_entry set ${set} where sequence = ${sequence}`);
        expect(await wrongIn(log)).toBe(`entry ${sequence}`);
        log.put(log.entries);
        must(await log.verify());
      }),
      { numRuns: COUNT },
    );
  },
);

test('[P27] an entry that was edited and hashed anew is found by the one that follows it', async () => {
  const log = await whole();
  await fc.assert(
    fc.asyncProperty(position, async (sequence) => {
      const changed = log.entries.map((entry) => {
        const other = { ...entry, actor: 'key:other' };
        return entry.sequence === sequence ? { ...other, hash: hashOf(other) } : entry;
      });
      log.put(changed);
      // The last one has none that follows: there it is the head that was kept outside.
      expect(await wrongIn(log)).toBe(`entry ${Math.min(sequence + 1, COUNT)}`);
    }),
  );
});

test('[P27] an entry that was dropped is found, renumbered or not, and a log cut at any length', async () => {
  const log = await whole();
  await fc.assert(
    fc.asyncProperty(position, fc.boolean(), async (sequence, isRenumbered) => {
      const left = log.entries.filter((entry) => entry.sequence !== sequence);
      log.put(isRenumbered ? left.map((entry, index) => ({ ...entry, sequence: index + 1 })) : left);
      expect(await wrongIn(log)).toBe(`entry ${sequence}`);
      log.put(log.entries.slice(0, sequence - 1));
      expect(await wrongIn(log)).toBe(`entry ${sequence}`);
    }),
  );
});

test('[P27] entries that changed places are found', async () => {
  const log = await whole();
  await fc.assert(
    fc.asyncProperty(position, position, async (one, other) => {
      fc.pre(one !== other);
      const swapped = log.entries.map((entry) => {
        const from = entry.sequence === one ? other : entry.sequence === other ? one : entry.sequence;
        return { ...(log.entries[from - 1] ?? entry), sequence: entry.sequence };
      });
      log.put(swapped);
      expect(await wrongIn(log)).toBe(`entry ${Math.min(one, other)}`);
    }),
  );
});

test('[P27] an entry that was put in is found, also where all that follows is hashed anew', async () => {
  const log = await whole();
  const forged = { ...anEntry(99), at: '2030-01-01T00:00:00.000Z', previous: '', hash: '', sequence: 0 };
  await fc.assert(
    fc.asyncProperty(position, fc.boolean(), async (sequence, isRehashed) => {
      const { tenantId: _, ...entry } = forged;
      const rows = [...log.entries.slice(0, sequence - 1), entry, ...log.entries.slice(sequence - 1)];
      const numbered = rows.map((row, index) => ({ ...row, sequence: index + 1 }));
      log.put(isRehashed ? rehashed(rows) : numbered);
      // Everything fits then but the head that was kept outside.
      expect(await wrongIn(log)).toBe(`entry ${isRehashed ? COUNT : sequence}`);
    }),
  );
});

test('[P27] a log that somebody wrote anew from one end to the other is found by its head', async () => {
  const log = await whole();
  log.put(rehashed(log.entries.map((entry) => ({ ...entry, actor: 'key:somebody' }))));
  expect(await wrongIn(log)).toBe(`entry ${COUNT}`);
  log.put(rehashed(log.entries.slice(3)));
  expect(await wrongIn(log)).toBe(`entry ${COUNT - 2}`);
  log.put([]);
  expect(await wrongIn(log)).toBe('entry 1');
  log.database.exec('drop table audit_entry');
  expect(await wrongIn(log)).toBe('entry 1');
});

test('an entry that was appended behind the back of the service is told apart from what is anchored', async () => {
  const log = await whole();
  const last = log.entries.at(-1);
  if (last === undefined) throw new Error('the log is empty');
  log.put(rehashed([...log.entries, { ...last, actor: 'key:somebody' }]));
  expect(must(await log.verify())).toMatchObject({ entries: COUNT + 1, anchored: { sequence: COUNT } });
});

test('[P27] a head that somebody kept finds what was cut together with the file of heads', async () => {
  const log = await whole();
  const kept = { sequence: COUNT, hash: log.entries.at(-1)?.hash ?? '' };
  expect(await log.verify(kept)).toMatchObject({ ok: true });
  await copyFile(log.anchorFile, `${log.anchorFile}.old`);
  await log.write(2);
  // Log and file as they were together: only whoever kept a head in between can tell.
  const later = (await log.store.auditHead(TENANT)) ?? kept;
  await copyFile(`${log.anchorFile}.old`, log.anchorFile);
  log.put(log.entries);
  expect(await log.verify()).toMatchObject({ ok: true });
  expect(await log.verify(later)).toMatchObject({ ok: false, error: { detail: `entry ${COUNT + 1}` } });
  expect(await log.verify({ sequence: 3, hash: 'f'.repeat(64) })).toMatchObject({
    ok: false,
    error: { detail: 'entry 3' },
  });
});

test('[P27] a file of heads that is gone or was changed is found, and what goes on does not cover it up', async () => {
  const log = await whole();
  const lost = async (detail: string) => {
    expect(await wrongIn(log)).toContain(detail);
    await log.write(1);
    expect(await wrongIn(log)).toContain(detail);
    await copyFile(`${log.anchorFile}.old`, log.anchorFile);
    expect(await log.verify()).toMatchObject({ ok: true });
  };
  await copyFile(log.anchorFile, `${log.anchorFile}.old`);
  await rm(log.anchorFile);
  await lost('gone');
  const changes: ((text: string) => string)[] = [
    () => '',
    () => '{}',
    () => '{"heads":["x.y.z"]}',
    // Another head under the signature of this one.
    (text) => text.replace(/\.[^.]+\./, `.${Buffer.from('{"sequence":0}').toString('base64url')}.`),
    (text) => text.replace(/.{8}"\]/, 'AAAAAAAA"]'),
  ];
  for (const change of changes) {
    await changeFile(log.anchorFile, change);
    await lost('changed');
  }
  expect(log.log).toMatchObject([{ type: 'fault', error_code: 'audit-broken' }]);
});

test('[P27] a log that was cut stays found, however long it grows again', async () => {
  const log = await whole();
  log.put(log.entries.slice(0, 4));
  await log.write(2 * COUNT);
  expect(await wrongIn(log)).toBe(`entry ${COUNT}`);
  expect(log.log).toMatchObject([{ type: 'fault', error_code: 'audit-broken' }]);
});
