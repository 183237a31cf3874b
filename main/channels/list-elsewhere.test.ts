import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { channel } from '../../contract/channel.ts';
import { fail, ok } from '../../contract/result.ts';
import { TEST_ENV } from '../pipeline/test-devices.ts';
import { listDisplays } from './displays.ts';
import { listChannels, locateChannel } from './list.ts';
import type { Machine } from './machine.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallylight-list-'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('macOS and Windows, by an ffmpeg that prints what theirs did', () => {
  const shell = {
    displays: () => [
      {
        id: '7',
        label: 'Built-in Retina Display',
        isPrimary: true,
        area: { x: 0, y: 0, width: 3024, height: 1964 },
        scaleFactor: 2,
      },
      {
        id: '8',
        label: 'Beamer',
        isPrimary: false,
        area: { x: 3024, y: 0, width: 1920, height: 1080 },
        scaleFactor: 1,
      },
    ],
  };

  /** A program that answers every question with a real listing, and ends as ffmpeg did. */
  async function machineWith(
    platform: 'darwin' | 'win32',
    { prints, exitCode, fields = {} }: { prints: string; exitCode: number; fields?: Partial<Machine> },
  ): Promise<Machine> {
    const path = join(await mkdtemp(join(folder, 'ffmpeg-')), 'ffmpeg');
    await writeFile(`${path}.txt`, prints);
    await writeFile(path, `#!/bin/sh\ncat "$0.txt" >&2\nexit ${exitCode}\n`, { mode: 0o755 });
    return { platform, env: TEST_ENV, ffmpeg: async () => ok({ path }), ...fields };
  }
  const listing = (name: string) => readFile(new URL(`listings/${name}.txt`, import.meta.url), 'utf8');

  async function listOf(machine: Machine) {
    const list = await listChannels(machine);
    if (!list.ok) throw new Error(list.error.message);
    for (const one of list.value.channels) expect(channel.safeParse(one).error).toBeUndefined();
    return {
      channels: list.value.channels.map(({ id, device, address, isDefault }) =>
        [id, device, address, isDefault ? '*' : ''].join(' '),
      ),
      missing: list.value.missing.map(({ code }) => code),
    };
  }

  test('a Mac in the desktop app has microphones, system audio, and the main display', async () => {
    const prints = await listing('avfoundation-ff7-2screens-1mic');
    const fields = { hearsSystem: true, shellDisplays: shell.displays };
    expect(await listOf(await machineWith('darwin', { prints, exitCode: 251, fields }))).toEqual({
      channels: [
        'mic:default MacBook Air Microphone 0 *',
        'mic:macbook-air-microphone MacBook Air Microphone 0 ',
        'system_audio:default loopback  *',
        'display:1 shell-display-7 1 *',
      ],
      missing: [],
    });
  });

  test('a Mac without the desktop app says what it lacks', async () => {
    const prints = await listing('avfoundation-ff7-nomic');
    expect(await listOf(await machineWith('darwin', { prints, exitCode: 1 }))).toEqual({
      channels: [],
      missing: ['microphone-missing', 'system-audio-elsewhere', 'display-server-missing'],
    });
  });

  test('a Windows machine has microphones, system audio and displays', async () => {
    const prints = await listing('dshow-2020-win10');
    const fields = { hearsSystem: true, shellDisplays: shell.displays };
    expect(await listOf(await machineWith('win32', { prints, exitCode: 1, fields }))).toEqual({
      channels: [
        'mic:microphone-array-realtek-high-definition-audio @device_cm_{33D9A762-90C8-11D0-BD43-00A0C911CE86}\\wave_{A934E8B8-8964-43B4-9F78-2743DEE6DB09}  *',
        'mic:virtual-audio-capturer @device_sw_{33D9A762-90C8-11D0-BD43-00A0C911CE86}\\{8E146464-DB61-4309-AFA1-3578E927E935}  ',
        'system_audio:default loopback  *',
        'display:1 shell-display-7  *',
        'display:2 shell-display-8  ',
      ],
      missing: [],
    });
  });

  test('both ffmpegs of one machine list the same microphones', async () => {
    const lists = await Promise.all(
      ['dshow-real-ff4.1-wine10', 'dshow-real-ff7.1-wine10'].map(async (name, exitCode) =>
        listOf(await machineWith('win32', { prints: await listing(name), exitCode })),
      ),
    );
    expect(lists[0]).toEqual(lists[1]);
    expect(lists[0]?.channels).toHaveLength(4);
  });

  test('a microphone is located while others come and go, and gone when it is', async () => {
    const listed = await listing('avfoundation-newest-uid');
    const agreed = {
      id: 'mic:macbook-pro-microphone',
      kind: 'mic',
      name: 'MacBook Pro Microphone',
      device: 'BuiltInMicrophoneDevice',
      isDefault: false,
      address: '0',
    } as const;
    const moved = listed
      .replace('[0] MacBook', '[2] MacBook')
      .replace('BlackHole 2ch', 'MacBook Pro Microphone  [uid:other]');
    const machines = await Promise.all(
      [moved, listed.replace('BuiltInMicrophoneDevice', 'other'), 'nothing of use\n'].map((prints) =>
        machineWith('darwin', { prints, exitCode: 1 }),
      ),
    );
    const answers = await Promise.all(machines.map((machine) => locateChannel(machine, agreed)));
    expect(answers).toMatchObject([
      { ok: true, value: { ...agreed, address: '2' } },
      { ok: false, error: { code: 'device-gone' } },
      { ok: false, error: { code: 'ffmpeg-lacks-device' } },
    ]);
  });

  test.each(['darwin', 'win32'] as const)('without an ffmpeg %s says so', async (platform) => {
    const gone = await machineWith(platform, { prints: '', exitCode: 0 });
    const none = { ...gone, ffmpeg: async () => fail('ffmpeg-missing') };
    const moved = { ...gone, ffmpeg: async () => ok({ path: join(folder, 'nowhere') }) };
    for (const machine of [none, moved]) expect((await listOf(machine)).missing).toContain('ffmpeg-missing');
    expect((await listOf(gone)).missing).toContain('ffmpeg-lacks-device');
  });

  test.each(['darwin', 'win32'] as const)(
    'displays of %s are listed without asking ffmpeg',
    async (platform) => {
      const machine = await machineWith(platform, {
        prints: '',
        exitCode: 0,
        fields: { shellDisplays: shell.displays },
      });
      const asked = { ...machine, ffmpeg: () => Promise.reject(new Error('ffmpeg was asked')) };
      const listed = await listDisplays(asked);
      expect(listed.ok && listed.value[0]).toMatchObject({ id: 'display:1', device: 'shell-display-7' });
    },
  );
});
