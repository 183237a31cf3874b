import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  done,
  noteStart,
  TEST_SESSION,
  testFacts,
  testFolder,
  testFragment,
  testVault,
} from '../../main/vault/test-vault.ts';
import { tallylight } from './test-cli.ts';

/** A data folder with a recording and a log of it, of which a byte was changed or the end is gone. */
async function damaged(harm: 'byte' | 'cut') {
  const dataDir = await testFolder();
  await noteStart(dataDir, TEST_SESSION);
  const recording = done(await (await testVault(dataDir)).create(testFacts()));
  done(await recording.append(testFragment({ sequence: 0 })));
  await recording.close();
  const path = join(dataDir, 'audit.jsonl');
  const bytes = await readFile(path);
  bytes[150] = (bytes[150] ?? 0) ^ 1;
  if (harm === 'byte') await writeFile(path, bytes);
  else await truncate(path, bytes.length - 70);
  const run = (...words: string[]) => tallylight([...words, '--data', dataDir]);
  return { dataDir, bytes, run };
}

test.each(['byte', 'cut'] as const)(
  '[P41] a damaged audit log (%s) is set aside by command, and the recordings are deleted again',
  async (harm) => {
    const { dataDir, run } = await damaged(harm);
    const refused = await run('delete', TEST_SESSION);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('`tallylight audit set-aside`') });
    const aside = await run('audit', 'set-aside', '--json');
    expect(aside).toMatchObject({ code: 0, err: '' });
    const { folder, event } = JSON.parse(aside.out);
    expect(event).toBe('audit-set-aside');
    expect(await readFile(join(dataDir, folder, 'audit.jsonl'))).toBeDefined();
    expect(await run('delete', TEST_SESSION)).toMatchObject({ code: 0 });

    const verified = await run('audit', 'verify');
    expect(verified).toMatchObject({ code: 0, out: expect.stringContaining('is whole: 2 entries') });
    expect(verified.err).toContain(`It begins after a break: the log of before was set aside as ${folder}`);
    expect((await run('audit')).out).toContain('the log of before was set aside by command');
    expect(await run('audit', 'verify', folder)).toMatchObject({ code: 1, out: '' });
    expect(await run('audit', 'set-aside')).toMatchObject({ code: 2, out: '' });
  },
  60_000,
);

test('[P29] what can be read of a log that was set aside is told, and nothing else by that name', async () => {
  const { run } = await damaged('cut');
  const { folder } = JSON.parse((await run('audit', 'set-aside', '--json')).out);
  const told = await run('audit', folder);
  expect(told).toMatchObject({ code: 0, out: '' });
  expect(told.err).toContain('damaged or changed');
  for (const name of ['vault', '../x', 'audit-set-aside-', `${folder}x`])
    expect(await run('audit', 'verify', name)).toMatchObject({ code: 2, out: '' });
}, 60_000);
