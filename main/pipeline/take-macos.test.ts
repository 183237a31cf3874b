import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TallylightError } from '../../contract/result.ts';
import { startSessionClock } from './clock.ts';
import type { TakeEnd } from './take.ts';
import { openTake, TAKE_PATIENCE } from './take.ts';
import { ANY_FFMPEG } from './test-bench.ts';
import { DISPLAY, MIC, TEST_FORMAT, TEST_SESSION } from './test-capture.ts';
import { isAlive, TEST_ENV, until } from './test-devices.ts';

/** AVFoundation's reader waits for its first sample for ever, whatever became of the device (avfoundation.m). */
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallylight-macos-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function open(channel: typeof MIC, says: string, firstByteMs: number) {
  const path = join(await mkdtemp(join(folder, 'ffmpeg-')), 'ffmpeg');
  const script = `#!/bin/sh\ncase "$*" in *list_devices*) exit 1;; esac\necho $$ > ${path}.pid\n${says}\nexec sleep 60\n`;
  await writeFile(path, script, { mode: 0o755 });
  const troubles: TallylightError[] = [];
  const ends: TakeEnd[] = [];
  const startedMs = performance.now();
  let endedMs = 0;
  openTake({
    channel: { ...channel, address: '0' },
    takeNumber: 1,
    sessionId: TEST_SESSION,
    clock: startSessionClock(),
    ffmpeg: { ...ANY_FFMPEG, path, demuxers: new Set(['avfoundation']) },
    format: TEST_FORMAT,
    env: TEST_ENV,
    platform: 'darwin',
    patience: { ...TAKE_PATIENCE, firstByteMs },
    on: {
      fragment: () => undefined,
      level: () => undefined,
      health: () => undefined,
      content: () => undefined,
      trouble: (error) => troubles.push(error),
      ended: (end) => {
        endedMs = performance.now() - startedMs;
        ends.push(end);
      },
    },
  });
  await until(() => ends.length > 0);
  expect(isAlive(Number(await readFile(`${path}.pid`, 'utf8')))).toBe(false);
  return { troubles, ends, endedMs };
}

describe('a take of AVFoundation that hangs', () => {
  test.each([
    [
      'is not allowed to use the microphone',
      MIC,
      'Failed to create AV capture input device: Cannot use MacBook Pro Microphone',
      'permission-denied',
    ],
    ['finds no such device', MIC, 'Invalid audio device index', 'device-gone'],
    ['cannot open the screen', DISPLAY, 'Failed to create AV capture screen input', 'device-failed'],
  ] as const)('because it %s is killed at its word, and told why', async (_what, channel, line, code) => {
    const says = `echo '[AVFoundation indev @ 0x7f8a5b00] ${line}' >&2`;
    const { troubles, ends, endedMs } = await open(channel, says, 60_000);
    expect(troubles).toMatchObject([{ code, detail: expect.stringContaining(line) }]);
    expect(ends).toMatchObject([{ reason: 'died', error: { code } }]);
    expect(endedMs).toBeLessThan(5_000);
  });

  test('without a word is killed when its first byte is overdue', async () => {
    const { ends, endedMs } = await open(MIC, ':', 400);
    expect(ends).toMatchObject([{ reason: 'died', error: { code: 'device-failed' } }]);
    expect(endedMs).toBeGreaterThanOrEqual(399);
    expect(endedMs).toBeLessThan(5_000);
  });
});
