import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fragment } from '../../contract/fragment.ts';
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

describe('[P01] a microphone that AVFoundation opens by its index', () => {
  const listing = (...names: string[]) =>
    [
      '[AVFoundation indev @ 0x7f8] AVFoundation audio devices:',
      ...names.map((name, index) => `[AVFoundation indev @ 0x7f8] [${index}] ${name}`),
    ].join('\n');

  /** An ffmpeg that opens its device a while after its start; `meanwhile` is done in between. */
  async function take(meanwhile: string) {
    const path = join(await mkdtemp(join(folder, 'ffmpeg-')), 'ffmpeg');
    const script = `#!/bin/sh
case "$*" in *list_devices*) cat ${path}.list >&2; echo >> ${path}.asked; exit 251;; esac
while [ ! -e ${path}.asked ]; do sleep 0.05; done
sleep 0.3
${meanwhile}
exec ffmpeg -loglevel info -re -f lavfi -i sine=sample_rate=48000 -c:a libopus -flush_packets 1 \
  -movflags empty_moov+default_base_moof+skip_trailer -frag_duration 200000 -f mp4 pipe:1
`;
    await writeFile(`${path}.list`, listing('Mine', 'Other'));
    await writeFile(`${path}.moved`, listing('Other', 'Mine'));
    await writeFile(path, script, { mode: 0o755 });
    const fragments: Fragment[] = [];
    const ends: TakeEnd[] = [];
    const take = openTake({
      channel: { ...MIC, device: 'Mine', address: '0' },
      takeNumber: 1,
      sessionId: TEST_SESSION,
      clock: startSessionClock(),
      ffmpeg: { ...ANY_FFMPEG, path, demuxers: new Set(['avfoundation']) },
      format: TEST_FORMAT,
      env: TEST_ENV,
      platform: 'darwin',
      on: {
        ...{ level: () => undefined, health: () => undefined, content: () => undefined },
        trouble: () => undefined,
        fragment: (fragment) => fragments.push(fragment),
        ended: (end) => ends.push(end),
      },
    });
    return { take, fragments, ends };
  }

  test('is recorded where the index is still its own once the device is open', async () => {
    const { take: running, fragments } = await take(':');
    await until(() => fragments.length > 2);
    await running.stop();
    expect(fragments[0]?.header.sequence).toBe(0);
  });

  test('is not taken for another that came to have its index before the device was opened', async () => {
    const { fragments, ends } = await take('mv "$0.moved" "$0.list"');
    await until(() => ends.length > 0);
    expect(ends).toMatchObject([{ reason: 'died', error: { code: 'device-gone' } }]);
    expect(fragments.length).toBe(0);
  });
});
