import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Played } from './play.ts';
import { FAULT_KINDS } from './schedule.ts';

/** The same as `npm run chaos`, with three schedules in which each kind of fault happens once. */
test('[P13][P57][P61][P62] whatever dies, nothing that was kept or acknowledged is lost, nothing live only is kept', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chaos-test-'));
  const out = join(folder, 'results.jsonl');
  const args = ['--no-warnings', join(import.meta.dirname, 'run.ts'), '--every-kind', '--out', out];
  const run = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  run.stdout.on('data', (chunk: Buffer) => said.push(String(chunk)));
  await once(run, 'close');
  const text = said.join('');
  const played = (await readFile(out, 'utf8').catch(() => ''))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Played);
  expect(played, text).toHaveLength(3);
  expect(
    played.flatMap(({ violations }) => violations),
    text,
  ).toEqual([]);
  // Named where this machine does not let us: no mounts, no libfaketime.
  const notHere = played.flatMap(({ skipped }) => skipped.filter((what) => what.endsWith('not-here')));
  const happened = played.flatMap(({ faults }) => faults);
  const missing = FAULT_KINDS.filter(
    (kind) => !happened.includes(kind) && !notHere.includes(`${kind}: not-here`),
  );
  expect(missing, text).toEqual([]);
  for (const { counts } of played) expect(counts?.acknowledged).toBeGreaterThan(0);
  await rm(folder, { recursive: true });
}, 420_000);
