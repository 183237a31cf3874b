import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assertPrograms } from './programs.ts';

test('what is missing is named with the command that brings it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'programs-'));
  for (const program of ['ffmpeg', 'pulseaudio']) {
    await writeFile(join(folder, program), '#!/bin/sh\n');
    await chmod(join(folder, program), 0o755);
  }
  expect(() => assertPrograms(`/nowhere:${folder}`)).toThrow(
    'The stage needs Xvfb, pactl, pacat, not found on PATH. On Debian: apt-get install xvfb pulseaudio-utils',
  );
  await rm(folder, { recursive: true });
});
