import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openAuditLog } from '../../main/audit/log.ts';
import { chained } from '../../main/audit/test-log.ts';
import { keyFileSecrets } from '../../main/vault/key-file.ts';
import { done, TEST_SESSION, testFolder } from '../../main/vault/test-vault.ts';

/** A data folder in which a session was paused three times, an hour apart. */
async function recorded(secretsKind: 'key-file' | 'keychain' = 'key-file') {
  const dataDir = await testFolder();
  const secrets = { ...done(await keyFileSecrets(dataDir)), kind: secretsKind };
  let hour = 10;
  const log = done(await openAuditLog(dataDir, () => new Date(`2026-03-01T${hour}:00:00.000Z`), secrets));
  for (const by of ['the person', 'lock', 'sleep']) {
    const actor = by === 'the person' ? 'ada' : 'tallylight';
    done(await log.write(actor, { type: 'session.paused', sessionId: TEST_SESSION, atMs: 1000, by }));
    hour += 1;
  }
  return { dataDir, path: join(dataDir, 'audit.jsonl') };
}
async function tallylight(dataDir: string, ...args: string[]) {
  const main = join(import.meta.dirname, 'main.ts');
  const child = spawn(process.execPath, ['--no-warnings', main, ...args, '--data', dataDir]);
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    said.out += String(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said.err += String(chunk);
  });
  const [exit] = await once(child, 'close');
  return { exit, ...said };
}

describe('tallylight audit', () => {
  test('[P29] tells what was done, as a story, and only what is asked for', async () => {
    const { dataDir } = await recorded();
    const all = await tallylight(dataDir, 'audit');
    expect(all).toMatchObject({ exit: 0, err: '' });
    expect(all.out.split('\n')).toEqual([
      '2026-03-01T10:00:00.000Z  ada: paused by the person at 1.0 s; devices released',
      '2026-03-01T11:00:00.000Z  tallylight: paused by lock at 1.0 s; devices released',
      '2026-03-01T12:00:00.000Z  tallylight: paused by sleep at 1.0 s; devices released',
      '',
    ]);
    const asked = ['--actor', 'tallylight', '--object', TEST_SESSION, '--until', '2026-03-01T12:00:00Z'];
    const some = await tallylight(dataDir, 'audit', '--json', '--since', '2026-03-01', ...asked);
    expect(some.out.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(some.out)).toMatchObject({ sequence: 2, actor: 'tallylight' });
    expect(await tallylight(dataDir, 'audit', '--since', 'noon')).toMatchObject({ exit: 2, out: '' });
  });

  test('of an app with a keychain is told, and said not to be proven', async () => {
    const { dataDir } = await recorded('keychain');
    const told = await tallylight(dataDir, 'audit');
    expect(told).toMatchObject({ exit: 0, err: expect.stringContaining('audit log: keychain') });
    expect(told.out.trim().split('\n')).toHaveLength(3);
    expect(await tallylight(dataDir, 'audit', 'verify')).toMatchObject({ exit: 1, out: '' });
  });
});

describe('tallylight audit verify', () => {
  test('[P29] says that a log is whole, and of a log that was cut or written anew that it is not', async () => {
    const { dataDir, path } = await recorded();
    expect(await tallylight(dataDir, 'audit', 'verify')).toMatchObject({
      exit: 0,
      out: 'The audit log is whole: 3 entries, each bound to the one before, the last one to its head.\n',
    });
    const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
    const forged = chained(lines.map((line) => ({ ...JSON.parse(line), actor: 'bob' })));
    for (const content of [lines.slice(0, 2), lines.slice(1), forged]) {
      await writeFile(path, `${content.join('\n')}\n`);
      for (const words of [['audit', 'verify'], ['audit']]) {
        const found = await tallylight(dataDir, ...words);
        expect(found).toMatchObject({ exit: 1, out: '' });
        expect(found.err).toContain('The audit log was damaged or changed after it was written.');
      }
    }
    await rm(path);
    expect(await tallylight(dataDir, 'audit', 'verify')).toMatchObject({ exit: 1 });
  });

  test('says of a log from before there were heads that nothing proves its end', async () => {
    const dataDir = await testFolder();
    expect((await tallylight(dataDir, 'audit', 'verify')).out).toContain('is whole: 0 entries');
    const event = { type: 'session.complete' as const, sessionId: TEST_SESSION };
    const lines = chained([{ at: '2026-03-01T10:00:00.000Z', actor: 'ada', event }]);
    await writeFile(join(dataDir, 'audit.jsonl'), `${lines.join('\n')}\n`);
    expect((await tallylight(dataDir, 'audit', 'verify')).out).toContain('it has no head yet');
    done(await openAuditLog(dataDir, () => new Date(), done(await keyFileSecrets(dataDir))));
    expect((await tallylight(dataDir, 'audit', 'verify')).out).toContain('; 1 are from before it had one.');
  });
});
