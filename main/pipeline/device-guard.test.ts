import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import { ok } from '../../contract/result.ts';
import type { Machine } from '../channels/machine.ts';
import type { DeviceGuard } from './device-guard.ts';
import { guardDevice } from './device-guard.ts';
import { DISPLAY, MIC } from './test-capture.ts';
import { TEST_ENV, until } from './test-devices.ts';

/** What is opened by its number on a Mac, whose ffmpeg lists what a file says. */
let folder: string;
const guards: DeviceGuard[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallylight-numbers-'));
});
afterEach(() => {
  for (const guard of guards.splice(0)) guard.close();
});
afterAll(() => rm(folder, { recursive: true }));

const AREA = { x: 0, y: 0, width: 320, height: 240 };
const MAC_MIC: Channel = { ...MIC, device: 'Mine', address: '0' };
const MAC_DISPLAY: Channel = { ...DISPLAY, device: 'shell-display-1', address: '0', area: AREA };
const shellDisplays = () => [{ id: '1', label: '', isPrimary: true, area: AREA, scaleFactor: 1 }];

async function guarded(channel: Channel, listed: { screens: string[]; microphones: string[] }) {
  const path = join(await mkdtemp(join(folder, 'ffmpeg-')), 'ffmpeg');
  const write = async ({ screens, microphones }: typeof listed) => {
    const lines = (names: string[]) =>
      names.map((name, at) => `[AVFoundation indev @ 0x7f8] [${at}] ${name}`);
    const text = [
      '[AVFoundation indev @ 0x7f8] AVFoundation video devices:',
      ...lines(screens),
      '[AVFoundation indev @ 0x7f8] AVFoundation audio devices:',
      ...lines(microphones),
    ].join('\n');
    await writeFile(`${path}.next`, `${text}\n`);
    await rename(`${path}.next`, `${path}.list`);
  };
  await write(listed);
  await writeFile(path, '#!/bin/sh\ncat "$0.list" >&2\necho >> "$0.asked"\nexit 251\n', { mode: 0o755 });
  const machine: Machine = {
    platform: 'darwin',
    env: TEST_ENV,
    ffmpeg: async () => ok({ path }),
    shellDisplays,
  };
  const said: (string | number)[] = [];
  const guard = guardDevice(
    { channel, machine, recorderPid: 1 },
    { cleared: (untilMs) => said.push(untilMs), lost: ({ code }) => said.push(code) },
  );
  guards.push(guard);
  const asked = () =>
    readFile(`${path}.asked`, 'utf8').then(
      ({ length }) => length,
      () => 0,
    );
  return { guard, said, write, asked };
}

describe('[P01] a microphone that is opened by its number', () => {
  test('is in doubt until something of it has arrived and a list of after that has it under the number', async () => {
    const { guard, said, asked } = await guarded(MAC_MIC, { screens: [], microphones: ['Mine', 'Other'] });
    // Whether it is plugged in is looked for from the beginning.
    await until(async () => (await asked()) > 0);
    expect([guard.isInDoubt(), said]).toEqual([true, []]);
    guard.arrived?.();
    guard.arrived?.();
    await until(() => said.length > 0);
    expect(guard.isInDoubt()).toBe(false);
    expect(said).toHaveLength(1);
    expect(await asked()).toBeGreaterThan(1);
  });

  test('is another one where the number moved between its start and its opening', async () => {
    const { guard, said, write, asked } = await guarded(MAC_MIC, { screens: [], microphones: ['Mine'] });
    await until(async () => (await asked()) > 0);
    await write({ screens: [], microphones: ['Other', 'Mine'] });
    guard.arrived?.();
    await until(() => said.length > 0);
    expect([said, guard.isInDoubt()]).toEqual([['device-gone'], true]);
  });
});

describe('[P01] a display that is opened by its number', () => {
  test('is cleared up to a look at its place, and not before its number is confirmed', async () => {
    const { guard, said, asked } = await guarded(MAC_DISPLAY, {
      screens: ['Capture screen 0'],
      microphones: [],
    });
    expect([said, await asked()]).toEqual([[], 0]);
    const arrivedMs = performance.now();
    guard.arrived?.();
    await until(() => said.some((untilMs) => Number(untilMs) >= arrivedMs));
    expect(await asked()).toBe(1);
    // What arrives later has still to be vouched for.
    expect(guard.isInDoubt()).toBe(true);
  });

  test('is another one where its number is not the screen any more', async () => {
    const { guard, said } = await guarded(MAC_DISPLAY, {
      screens: ['FaceTime HD Camera', 'Capture screen 0'],
      microphones: [],
    });
    guard.arrived?.();
    await until(() => said.length > 0);
    expect(said).toEqual(['device-gone']);
  });
});
