import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tallylight-operate-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

type Said = { readonly exit: number; readonly out: string; readonly err: string };

function tallylight(dataDir: string, command: string): Promise<Said> {
  const main = join(import.meta.dirname, 'main.ts');
  const args = ['--no-warnings', main, ...command.split(' '), '--data', dataDir];
  return new Promise((resolve) =>
    execFile(process.execPath, args, (error, out, err) =>
      resolve({ exit: typeof error?.code === 'number' ? error.code : 0, out, err }),
    ),
  );
}

test('[P27] tallylight backend audit tells who did what, and audit verify whether the log is whole', async () => {
  const dataDir = await folder();
  await tallylight(dataDir, 'backend key create --name mine --role admin');
  const told = await tallylight(dataDir, 'backend audit --actor operator');
  expect(told.out).toMatch(/^1 \S+Z operator key\.create key-\S+ done \(production admin\)\n$/);
  const none = await tallylight(dataDir, 'backend audit --until 2020-01-01');
  expect(none).toMatchObject({ exit: 0, out: '' });
  const whole = await tallylight(dataDir, 'backend audit verify');
  expect(whole.out).toContain('The audit log is whole: 3 entries');
  await rm(join(dataDir, 'audit-heads.json'));
  const broken = await tallylight(dataDir, 'backend audit verify --json');
  expect(broken.exit).toBe(1);
  expect(JSON.parse(broken.out)).toMatchObject({ event: 'error', code: 'audit-broken' });
  expect(await tallylight(dataDir, 'backend audit anchor')).toMatchObject({ exit: 0 });
  expect(await tallylight(dataDir, 'backend audit verify')).toMatchObject({ exit: 0 });
  expect(await tallylight(dataDir, 'backend audit --since yesterday')).toMatchObject({ exit: 2 });
  expect(await tallylight(join(dataDir, 'none'), 'backend audit verify')).toMatchObject({ exit: 2 });
});

test('[P31] tallylight backend master-key rotate says what to do with which key, and shows none', async () => {
  const dataDir = await folder();
  await tallylight(dataDir, 'backend key create --name mine');
  const rotated = await tallylight(dataDir, 'backend master-key rotate');
  expect(rotated).toMatchObject({ exit: 0, out: expect.stringContaining('every key is wrapped anew') });
  expect(rotated.err).toContain('The old key opens copies from before');
  expect(rotated.out + rotated.err).not.toMatch(/[A-Za-z0-9+/]{40}/);
});

test('[P18] tallylight backend sweep --dry-run says what would go', async () => {
  const dataDir = await folder();
  await tallylight(dataDir, 'backend key create --name mine');
  const swept = await tallylight(dataDir, 'backend sweep --dry-run --json');
  expect(JSON.parse(swept.out)).toEqual({ event: 'swept', dry_run: true, due: 0, deleted: 0 });
  expect((await tallylight(dataDir, 'backend sweep')).out).toBe('0 deleted.\n');
});
