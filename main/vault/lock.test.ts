import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockData } from './lock.ts';
import { done, testFolder } from './test-vault.ts';

/** Another process that holds the data folder until it is killed. */
async function heldElsewhere(dataDir: string) {
  const script = `
    const { lockData } = await import(${JSON.stringify(join(import.meta.dirname, 'lock.ts'))});
    const lock = lockData(${JSON.stringify(dataDir)});
    process.stdout.write(lock.ok ? 'held' : lock.error.code);
    process.stdin.resume();
  `;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = await once(child.stdout, 'data');
  return { said: String(said), kill: () => Promise.all([once(child, 'exit'), child.kill('SIGKILL')]) };
}

test('a data folder is used by one at a time, and free again when it is let go', async () => {
  const dataDir = await testFolder();
  const first = done(lockData(dataDir));
  expect(lockData(dataDir)).toMatchObject({ error: { code: 'data-in-use', detail: dataDir } });
  expect((await heldElsewhere(dataDir)).said).toBe('data-in-use');
  first.release();
  first.release();
  done(lockData(dataDir)).release();
});

test('a holder that was killed leaves no lock behind', async () => {
  const dataDir = await testFolder();
  const holder = await heldElsewhere(dataDir);
  expect(holder.said).toBe('held');
  expect(lockData(dataDir)).toMatchObject({ error: { code: 'data-in-use' } });
  await holder.kill();
  done(lockData(dataDir)).release();
});

test('a folder in which no lock can be made is said to be unwritable', async () => {
  const dataDir = await testFolder();
  expect(lockData(join(dataDir, 'missing'))).toMatchObject({ error: { code: 'vault-unwritable' } });
});

test('a damaged lock file is made anew, and holds as before', async () => {
  const damaged = [
    randomBytes(8192),
    Buffer.from('this is no database'),
    Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4080, 0xff)]),
  ];
  for (const content of damaged) {
    const dataDir = await testFolder();
    await writeFile(join(dataDir, 'lock.sqlite'), content);
    const lock = done(lockData(dataDir));
    expect((await heldElsewhere(dataDir)).said).toBe('data-in-use');
    lock.release();
    done(lockData(dataDir)).release();
  }
});

test('a lock file that is damaged while somebody holds it is left to them', async () => {
  const dataDir = await testFolder();
  const holder = await heldElsewhere(dataDir);
  const content = randomBytes(8192);
  await writeFile(join(dataDir, 'lock.sqlite'), content);
  expect(lockData(dataDir)).toMatchObject({ error: { code: 'data-in-use' } });
  expect(await readFile(join(dataDir, 'lock.sqlite'))).toEqual(content);
  await holder.kill();
  done(lockData(dataDir)).release();
});
