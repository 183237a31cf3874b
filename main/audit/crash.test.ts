import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { keyFileSecrets } from '../vault/key-file.ts';
import { done, testFolder } from '../vault/test-vault.ts';
import { openAuditLog, verifyAuditLog } from './log.ts';
import { complete, now } from './test-log.ts';

/** Writes without end and says each entry that was acknowledged; dies before a certain opening or renaming of a file. */
const WRITER = `
  import files from 'node:fs/promises';
  import { syncBuiltinESMExports } from 'node:module';
  const [dataDir, folder, lastTouch] = process.argv.slice(1);
  const { openAuditLog } = await import(folder + '/log.ts');
  const { keyFileSecrets } = await import(folder + '/../vault/key-file.ts');
  const secrets = await keyFileSecrets(dataDir);
  let touches = 0;
  for (const name of ['open', 'rename']) {
    const touch = files[name];
    files[name] = (...args) => {
      touches += 1;
      if (touches === Number(lastTouch)) process.kill(process.pid, 'SIGKILL');
      return touch(...args);
    };
  }
  syncBuiltinESMExports();
  const log = await openAuditLog(dataDir, () => new Date(), secrets.value);
  const complete = { type: 'session.complete', sessionId: 'cap-0123456789' };
  while ((await log.value.write('ada', complete)).ok) process.stdout.write('.');
`;

/** Has a process write and killed before a certain touch of the disk; answers how many entries it was told are written. */
async function killed(dataDir: string, lastTouch: number): Promise<number> {
  const args = ['--no-warnings', '--input-type=module', '-e', WRITER, dataDir, import.meta.dirname];
  const child = spawn(process.execPath, [...args, String(lastTouch)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let acknowledged = 0;
  child.stdout.on('data', (dots: Buffer) => {
    acknowledged += dots.length;
  });
  const [, signal] = await once(child, 'close');
  expect(signal).toBe('SIGKILL');
  return acknowledged;
}

test('[P29] a process that is killed while it writes leaves a whole log with everything that was acknowledged', async () => {
  const verified = async (dataDir: string) =>
    done(await verifyAuditLog(dataDir, () => keyFileSecrets(dataDir))).entries.length;
  const again = await testFolder();
  let written = 0;
  // Key, head, entry and head again: two entries take fewer touches than these.
  for (let touch = 1; touch <= 16; touch++) {
    const fresh = await testFolder();
    const first = await killed(fresh, touch);
    expect(await verified(fresh)).toBeGreaterThanOrEqual(first);
    written += await killed(again, touch);
    expect(await verified(again)).toBeGreaterThanOrEqual(written);
  }
  const log = done(await openAuditLog(again, now, done(await keyFileSecrets(again))));
  const { sequence } = done(await log.write('ada', complete));
  expect(sequence).toBe(await verified(again));
});
