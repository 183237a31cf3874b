import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { projectFolder } from './place.ts';

/** `npm run test:windows` with nothing on its PATH but what a test puts there. */
describe('where the lab cannot be had', () => {
  let path: string;
  const run = (more: NodeJS.ProcessEnv = {}) =>
    spawnSync(
      process.execPath,
      [join(projectFolder, 'app', 'launch', 'bootstrap.mjs'), 'test:windows'],
      // An ffmpeg that was named elsewhere is none on the PATH.
      { env: { PATH: path, ...more }, encoding: 'utf8' },
    );

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'tallylight-bare-'));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));

  test.each([
    ['that is no failure', {}, 0],
    ['that is one where the lab is required', { TALLYLIGHT_REQUIRE_WINDOWS: '1' }, 1],
  ])('%s, and it says what is missing', (_what, more, code) => {
    const { status, stdout } = run(more);
    expect(stdout).toMatch(/^windows: not run here: ./);
    expect(status).toBe(code);
  });

  test('apt-get failing is no failure', () => {
    writeFileSync(join(path, 'apt-get'), '#!/bin/sh\nexit 100\n', { mode: 0o755 });
    const { status, stdout, stderr } = run();
    if (process.getuid?.() === 0) expect(stderr).toContain('Going on without.');
    expect(stdout).toMatch(/^windows: not run here: ./);
    expect(status).toBe(0);
  });
});
