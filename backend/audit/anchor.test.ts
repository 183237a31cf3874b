import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { readMaster } from '../secrets/master.ts';
import { anEntry, auditLog, TENANT } from '../trial/audit-log.ts';
import { startPostgres } from '../trial/postgres.ts';
import { folder, must } from '../trial/service.ts';

test('every head is kept before its entry counts as written, many at once in few writes', async () => {
  const log = await auditLog({ dataDir: await folder() });
  await Promise.all(Array.from({ length: 40 }, (_, index) => log.audit.note(anEntry(index))));
  expect(must(await log.verify())).toMatchObject({ entries: 40, anchored: { sequence: 40 } });
});

test('the heads are kept where the admin says, one a tenant, signed', async () => {
  const elsewhere = join(await folder(), 'heads.json');
  const log = await auditLog({ dataDir: await folder(), auditAnchor: elsewhere });
  await log.write(3);
  await log.audit.note({ ...anEntry(9), tenantId: 'other' });
  const { heads } = JSON.parse(await readFile(elsewhere, 'utf8'));
  expect(heads.map((jws: string) => decodeJwt(jws))).toMatchObject([
    { tenant: TENANT, sequence: 3 },
    { tenant: 'other', sequence: 1 },
  ]);
});

test('processes that write at once keep one chain in SQLite', async () => {
  const dataDir = await folder();
  const log = await auditLog({ dataDir }, must(await readMaster(dataDir, {})));
  const writer = fileURLToPath(new URL('../trial/audit-writer.ts', import.meta.url));
  const others = [20, 20].map((count) =>
    promisify(execFile)(process.execPath, [writer, dataDir, String(count)]),
  );
  await Promise.all([log.write(10), ...others]);
  await log.write(1);
  expect(must(await log.verify())).toMatchObject({ entries: 51, anchored: { sequence: 51 } });
});

test('two processes that write at once keep one chain in PostgreSQL, each with its own anchor', async () => {
  const server = startPostgres();
  try {
    const databaseUrl = server.url;
    const open = async () => auditLog({ dataDir: await folder(), databaseUrl });
    const logs = [await open(), await open()];
    await Promise.all(logs.map((log) => log.write(25)));
    for (const log of logs) expect(must(await log.verify())).toMatchObject({ entries: 50 });
    // One that joins later has no head yet, and that is no sign of anything.
    const late = await open();
    expect(must(await late.verify())).toMatchObject({ entries: 50, anchored: null });
    for (const log of [...logs, late]) await log.store.close();
  } finally {
    await server.stop();
  }
});

test('a head is not put back by a process that was slower', async () => {
  const dataDir = await folder();
  const [ahead, behind] = [await auditLog({ dataDir }), await auditLog({ dataDir })];
  await ahead.write(5);
  const [old] = await ahead.store.auditEntries({ tenantId: TENANT, after: 2, limit: 1 });
  if (old === undefined) throw new Error('the log has five entries');
  await behind.anchor.keep(TENANT, old);
  expect(must(await behind.verify())).toMatchObject({ anchored: { sequence: 5 } });
  expect(behind.log).toEqual([]);
});
