import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import { errorOf } from '../../contract/result.ts';
import { said } from '../../contract/spoken/spoken.ts';
import { fixedPermissions } from '../../native-permissions/fixed-permissions.ts';
import type { Permission, Permissions } from '../../native-permissions/permission.ts';
import type { Look } from './doctor-look.ts';
import { recordTrial } from './doctor-record.ts';
import { tryChannel } from './doctor-trial.ts';

const MIC: Channel = {
  ...{ id: 'mic:default', kind: 'mic', name: 'Microphone', device: 'nowhere', isDefault: true },
};

/** On Windows the stand-in does not start at all, which is as good. */
describe('what was agreed to and taken back', () => {
  let folder: string;
  const ran = () => existsSync(join(folder, 'ran'));
  const ffmpeg = () => ({
    ...{ path: join(folder, 'ffmpeg'), version: { major: 7, minor: 1, text: '7.1' } },
    ...{ demuxers: new Set<string>(), filters: new Set<string>() },
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tallylight-withdrawn-'));
    await writeFile(join(folder, 'ffmpeg'), `#!/bin/sh\ntouch '${join(folder, 'ran')}'\n`, { mode: 0o755 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('before a channel begins opens nothing', async () => {
    const trial = await tryChannel({
      ...{ channel: MIC, permission: 'granted', ffmpeg: ffmpeg(), env: process.env, seconds: 1 },
      signal: AbortSignal.abort(),
    });
    expect(trial).toMatchObject({ ways: [], takes: 0, fault: { code: 'consent-missing' } });
    expect(ran()).toBe(false);
  });

  test('while the system asks opens nothing, and the check ends', async () => {
    const leaving = new AbortController();
    const notes: string[] = [];
    const code = await recordTrial(
      lookWith(() => leaving.abort()),
      { seconds: 1, isAgreed: true, json: false },
      {
        line: () => expect.unreachable('there is nothing to tell'),
        note: (text) => notes.push(text),
        json: () => expect.unreachable('there is nothing to tell'),
        failed: () => expect.unreachable('nothing failed'),
      },
      () => leaving.signal,
    );
    expect(code).toBe(1);
    expect(notes.at(-1)).toBe('Stopped. Nothing was kept.');
    expect(ran()).toBe(false);
  });

  /** A machine with a microphone, where something happens while its system's question stands. */
  function lookWith(meanwhile: () => void): Look {
    const statusOf = (kind: Permission['kind']): Permission => ({
      ...{ kind, state: 'granted', source: '', said: said('linux-unasked', { kind }), nextStep: null },
    });
    const permissions: Permissions = {
      ...fixedPermissions(statusOf, async () => ({ ok: false, error: errorOf('not-now') })),
      request: async (kind) => {
        meanwhile();
        return statusOf(kind);
      },
    };
    const found = {
      origin: 'PATH',
      videoEncoder: 'libx264',
      ...{ sentence: '', passedOver: [], encoders: new Set<string>() },
    } as const;
    const report: Look['report'] = {
      ...{ event: 'doctor', version: '', ffmpeg: null, channels: [MIC], permissions: [], problems: [] },
      system: { platform: '', release: '', arch: '', node: '', session: 'none', sandbox: null },
      data: { folder: '', freeBytes: null, key: '' },
      can: { mic: 'yes', system_audio: 'no', display: 'no' },
    };
    return { report, permissions, channels: [MIC], ffmpeg: { ...ffmpeg(), ...found } };
  }
});
