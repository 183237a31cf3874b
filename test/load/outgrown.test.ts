import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

/** Suites that ask the service by its API only, whatever it keeps things in. */
const SUITES = [
  'backend/session/session.test.ts',
  'backend/ingest/policy.test.ts',
  'backend/live/live.test.ts',
  'backend/access/possession.test.ts',
];

const root = join(import.meta.dirname, '..', '..');
type Report = { readonly success: boolean; readonly numPassedTests: number; readonly numTotalTests: number };

test('sessions, policy, live and proofs are the same on PostgreSQL and S3 as on SQLite and a folder', {
  timeout: 300_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tallylight-outgrown-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const outputFile = join(folder, 'report.json');
  const run = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...SUITES];
  // A variable of the outer run says that it is one of its workers.
  const { VITEST_POOL_ID: _, VITEST_WORKER_ID: __, ...env } = process.env;
  await promisify(execFile)(process.execPath, [...run, '--reporter=json', `--outputFile=${outputFile}`], {
    cwd: root,
    env: { ...env, TALLYLIGHT_TRIAL: 'outgrown' },
  }).catch(() => undefined);
  const report: Report = JSON.parse(await readFile(outputFile, 'utf8'));
  const failed = JSON.stringify(report).match(/"fullName":"[^"]*","status":"failed"/g) ?? [];
  expect(failed).toEqual([]);
  expect(report).toMatchObject({ success: true, numPassedTests: report.numTotalTests });
  expect(report.numPassedTests).toBeGreaterThan(30);
});
