import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { buildRenderer } from './build.ts';

const root = join(import.meta.dirname, '..', '..');
const results = join(root, 'artifacts', 'vitest.json');
const report = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  success: z.boolean(),
});

/** Everything in one command: the checks, then every test against the built renderer. */
const filters = process.argv.slice(2);
const checked =
  filters.length > 0 ||
  spawnSync(process.execPath, ['app/launch/check.ts', '--without-tests'], { cwd: root, stdio: 'inherit' })
    .status === 0;
await buildRenderer();
rmSync(results, { force: true });
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const done = spawnSync(
  process.execPath,
  [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`, ...filters],
  { cwd: root, stdio: 'inherit' },
);
const { numPassedTests, numFailedTests, numPendingTests } = report.parse(
  JSON.parse(readFileSync(results, 'utf8')),
);
const passed = checked && done.status === 0;
if (!checked) process.stdout.write('The checks above failed.\n');
const failed = numFailedTests + (passed || numFailedTests > 0 ? 0 : 1);
process.stdout.write(`${numPassedTests} passed, ${failed} failed, ${numPendingTests} skipped\n`);
process.exit(passed ? 0 : 1);
