import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toolText } from './tool-output.ts';

const env = { PATH: process.env.PATH };

test('a program that ends with an error has still printed what it printed', async () => {
  expect(await toolText('sh', ['-c', 'echo out; echo why >&2; exit 3'], env)).toEqual({
    kind: 'ended',
    exitCode: 3,
    stdout: 'out\n',
    stderr: 'why\n',
  });
});

test('a program that is not there is not installed', async () => {
  expect(await toolText('no-such-program', [], env)).toEqual({ kind: 'not-installed' });
});

test('a program that is being written is a failure with its reason, not an exception', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tallylight-tool-'));
  const path = join(folder, 'tool');
  await writeFile(path, '#!/bin/sh\n', { mode: 0o755 });
  const writing = await open(path, 'r+');
  expect(await toolText(path, [], env)).toEqual({
    kind: 'failed',
    why: expect.stringContaining('ETXTBSY'),
  });
  await writing.close();
  await rm(folder, { recursive: true });
});
