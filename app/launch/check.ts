import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** What must hold before anything opens a device: format, lint, types, walls, promises, and the tests of pure rooms. */
const CHECKS: Readonly<Record<string, readonly string[]>> = {
  'format and lint': ['biome', 'ci', '--colors=off', '.'],
  types: ['tsc', '--build'],
  walls: ['depcruise', '--config', 'test/walls/rules.cjs', '--output-type', 'err', '.'],
  promises: ['node', 'app/launch/promises.ts', '--check'],
  'unit tests': [
    ...[
      'vitest',
      'run',
      '--reporter=dot',
      // With its slash, as every file with this word in its name would be taken.
      'contract/',
      'main/audit',
      'main/auth',
      'main/bridge',
      'main/delivery',
    ],
    ...['main/session', 'main/vault', 'renderer/bridge', 'renderer/store', 'renderer/view'],
  ],
};
/** `npm test` runs every test anyway. */
const left = process.argv.includes('--without-tests') ? ['unit tests'] : [];

const root = join(import.meta.dirname, '..', '..');

function run(name: string, [program = '', ...args]: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const child = spawn(program, args, { cwd: root, shell: process.platform === 'win32' });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', (error) => output.push(Buffer.from(error.message)));
    child.on('close', (code) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      process.stdout.write(`${code === 0 ? 'ok     ' : 'FAILED '} ${name} (${seconds} s)\n`);
      if (code !== 0) process.stdout.write(`${Buffer.concat(output)}\n`);
      resolve(code === 0);
    });
  });
}

const passed = await Promise.all(
  Object.entries(CHECKS)
    .filter(([name]) => !left.includes(name))
    .map(([name, command]) => run(name, command)),
);
process.exit(passed.every(Boolean) ? 0 : 1);
