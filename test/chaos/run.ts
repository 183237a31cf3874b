import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openMachine } from './machine.ts';
import { type Played, play } from './play.ts';
import { everyKind, FAULT_KINDS, type FaultKind, type Schedule, scheduleOf } from './schedule.ts';

/** `npm run chaos -- [--minutes N] [--seed S] [--schedules K] [--only KIND,KIND] [--at-once 2] [--out FILE] [--every-kind]`. */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    schedules: { type: 'string' },
    only: { type: 'string' },
    'at-once': { type: 'string', default: '2' },
    out: { type: 'string' },
    'every-kind': { type: 'boolean' },
  },
});
const kinds = (values.only?.split(',') ?? FAULT_KINDS) as readonly FaultKind[];
const unknown = kinds.filter((kind) => !FAULT_KINDS.includes(kind));
if (unknown.length > 0) {
  process.stderr.write(`There is no fault ${unknown.join(', ')}. There are: ${FAULT_KINDS.join(', ')}.\n`);
  process.exit(2);
}
// Mounts in a namespace of their own end with the processes in it, however those end.
const isApart = process.env.TALLYLIGHT_CHAOS_APART !== undefined;
if (!isApart && spawnSync('unshare', ['--mount', 'true']).status === 0) {
  const args = ['--mount', process.execPath, '--no-warnings', ...process.argv.slice(1)];
  const apart = spawn('unshare', args, {
    stdio: 'inherit',
    env: { ...process.env, TALLYLIGHT_CHAOS_APART: '1' },
  });
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => apart.kill('SIGTERM'));
  const [code] = await once(apart, 'exit');
  process.exit(code ?? 1);
}
const artifacts = join(import.meta.dirname, '..', '..', 'artifacts', 'chaos');
mkdirSync(artifacts, { recursive: true });
const results = values.out ?? join(artifacts, 'results.jsonl');
let endMs = performance.now() + Number(values.minutes) * 60_000;
const fixed = values['every-kind'] ? everyKind() : undefined;
const first = fixed === undefined ? Number(values.seed) : 0;
const last = first + (fixed?.length ?? Number(values.schedules ?? Number.POSITIVE_INFINITY)) - 1;
const scheduleFor = (seed: number): Schedule => fixed?.[seed] ?? scheduleOf(seed, kinds);
let next = first;
let failed = 0;
let done = 0;

// What has begun is played to its end.
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => {
    endMs = 0;
  });
await Promise.all(Array.from({ length: Number(values['at-once']) }, slot));
process.stdout.write(`${done} schedules, ${failed} failed; results in ${results}\n`);
process.exitCode = failed === 0 ? 0 : 1;

/** One machine of its own, on which schedules are played one after the other. */
async function slot(): Promise<void> {
  let machine = await openMachine();
  try {
    while (next <= last && performance.now() < endMs) {
      const seed = next;
      next += 1;
      const played = await play(machine, scheduleFor(seed));
      appendFileSync(results, `${JSON.stringify({ at: new Date().toISOString(), ...played })}\n`);
      tell(played);
      if (played.passed) continue;
      // What went wrong may have left it in disorder, which the next one is not to suffer from.
      await machine.close();
      machine = await openMachine();
    }
  } finally {
    await machine.close();
  }
}

function tell(played: Played): void {
  done += 1;
  if (!played.passed) failed += 1;
  const { seed, passed, seconds, faults } = played;
  process.stdout.write(
    `${passed ? 'pass' : 'FAIL'}  seed ${seed}  ${seconds.toFixed(0)} s  ${faults.join(' ')}\n`,
  );
  if (passed) return;
  for (const line of [...played.timeline, ...played.violations.map((what) => `VIOLATED  ${what}`)])
    process.stdout.write(`      ${line}\n`);
  process.stdout.write(
    `      again: npm run chaos -- ${seed < 0 ? '--every-kind' : `--seed ${seed} --schedules 1`}     folder: ${played.folder}\n`,
  );
}
