import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { checkAudit } from '../operate.ts';
import { startService } from '../serve.ts';
import { downloaded, emptyBeside, restoredElsewhere, videosOf } from '../trial/backups.ts';
import { type PostgresServer, startPostgres } from '../trial/postgres.ts';
import { recorded } from '../trial/recorded.ts';
import { call } from '../trial/recorder.ts';
import { freePort } from '../trial/servers/server.ts';
import { folder, must, trial } from '../trial/service.ts';
import { makeBackup, restoreService } from './commands.ts';

const COMMANDS = pathToFileURL(join(import.meta.dirname, 'commands.ts')).href;

let from: PostgresServer | undefined;
let into: PostgresServer | undefined;
beforeAll(() => {
  from = startPostgres();
  into = startPostgres();
});
afterAll(async () => {
  await from?.stop();
  await into?.stop();
});

test('[P39][P41] a service on PostgreSQL is backed up, and restored to PostgreSQL and to SQLite', async () => {
  const databaseUrl = from?.url ?? '';
  const service = await trial({ databaseUrl });
  const { key, dataDir } = service;
  const variables = { TALLYLIGHT_DATABASE_URL: databaseUrl };
  const ada = await recorded(service, key, { endUserId: 'ada' });
  const bob = await recorded(service, key, { endUserId: 'bob' });
  const to = await folder();
  const before = must(await makeBackup({ dataDir, variables }, to, { keep: 7 }));
  expect(before).toMatchObject({ sessions: 2, blobs: 6 });
  const [video = ''] = await videosOf(service, key, ada.session.id);
  await call(service, 'DELETE', `/collection/default/capture/session/${bob.session.id}`, key);
  must(await makeBackup({ dataDir, variables }, to, { keep: 7 }));
  const options = { generation: before.generation };

  const embedded = await restoredElsewhere(service, to, options);
  expect(embedded.restored).toMatchObject({ sessions: 1, deleted: 1 });
  expect(await downloaded(embedded, key, video)).toBe(await downloaded(service, key, video));

  const target = { TALLYLIGHT_DATABASE_URL: into?.url ?? '' };
  const other = await emptyBeside(dataDir);
  expect(await restoreService({ dataDir: other, variables }, to, options)).toMatchObject({
    error: { code: 'restore-not-empty', detail: 'the database' },
  });
  // One that does not answer is named, nothing is written, and its password is told to nobody.
  const port = await freePort();
  const gone = { TALLYLIGHT_DATABASE_URL: `postgres://tallylight:hunter2@127.0.0.1:${port}/tallylight` };
  expect(await restoreService({ dataDir: other, variables: gone }, to, options)).toMatchObject({
    error: { code: 'database-unreachable', detail: `127.0.0.1:${port}: ECONNREFUSED` },
  });
  expect(readdirSync(other)).toEqual(['master.key']);
  const restored = must(await restoreService({ dataDir: other, variables: target }, to, options));
  expect(restored).toMatchObject({ sessions: 1, deleted: 1, blobs: 3 });
  must(await checkAudit({ dataDir: other, variables: target }));
  const running = must(await startService({ dataDir: other, port: 0, databaseUrl: into?.url ?? '' }));
  try {
    expect(await downloaded(running, key, video)).toBe(await downloaded(service, key, video));
  } finally {
    await running.close();
  }
});

/** A backup of a service with one recording, and an empty database of its own to restore it to. */
async function toRestore() {
  const server = startPostgres();
  onTestFinished(() => server.stop());
  const service = await trial();
  await recorded(service, service.key, { endUserId: 'ada' });
  const to = await folder();
  must(await makeBackup({ dataDir: service.dataDir }, to, { keep: 7 }));
  const heads = join(await folder(), 'heads.json');
  const variables = { TALLYLIGHT_DATABASE_URL: server.url, TALLYLIGHT_AUDIT_ANCHOR: heads };
  return { to, dataDir: await emptyBeside(service.dataDir), variables };
}

test('a restore to PostgreSQL whose folder for the heads is not there says so before it writes', async () => {
  const { to, dataDir, variables } = await toRestore();
  const gone = join(await folder(), 'gone');
  const wrong = { ...variables, TALLYLIGHT_AUDIT_ANCHOR: join(gone, 'heads.json') };
  expect(await restoreService({ dataDir, variables: wrong }, to, {})).toMatchObject({
    error: { code: 'usage', detail: expect.stringContaining(gone) },
  });
  expect(readdirSync(dataDir)).toEqual(['master.key']);
  must(await restoreService({ dataDir, variables }, to, {}));
});

test('[P39] a restore to PostgreSQL that is killed after it has written the database can be called again', async () => {
  const { to, dataDir, variables } = await toRestore();
  // The heads are written after the commit.
  const work = `import { restoreService } from ${JSON.stringify(COMMANDS)};
    import fs from 'node:fs';
    fs.watch(${JSON.stringify(join(variables.TALLYLIGHT_AUDIT_ANCHOR, '..'))}, () => process.kill(process.pid, 'SIGKILL'));
    process.stdin.once('data', async (order) => {
      const { dataDir, variables, to } = JSON.parse(String(order));
      const restored = await restoreService({ dataDir, variables }, to, {});
      console.log(JSON.stringify(restored));
    });`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', work], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  child.stdin.write(JSON.stringify({ dataDir, variables, to }));
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
  expect(readdirSync(dataDir)).toContain('restoring');
  expect(must(await restoreService({ dataDir, variables }, to, {}))).toMatchObject({
    ...{ sessions: 1, blobs: 3, otherHeads: null },
  });
  expect(existsSync(join(dataDir, 'restoring'))).toBe(false);
  must(await checkAudit({ dataDir, variables }));
  expect(await restoreService({ dataDir, variables }, to, {})).toMatchObject({
    error: { code: 'restore-not-empty' },
  });
});
