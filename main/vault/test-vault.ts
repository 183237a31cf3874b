import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { onTestFinished } from 'vitest';
import type { Fragment } from '../../contract/fragment.ts';
import type { Result } from '../../contract/result.ts';
import { openAuditLog } from '../audit/log.ts';
import type { RecordingFacts } from './facts.ts';
import { keyFileSecrets } from './key-file.ts';
import { type Vault, vaultIn } from './vault.ts';

export const TEST_SESSION = 'cap-0123456789';
export const MEDIA_SIGNATURES = ['ftyp', 'moov', 'moof', 'mdat', 'Opus', 'avc1', 'dOps'];

/** A folder that goes when the test is over. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tallylight-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Mounts a file system of its own for one test; needs root. */
export function mounted(folder: string, options: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
}
export const IS_ROOT = process.getuid?.() === 0;

/** The value of what must have worked. */
export function done<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail ?? ''}`);
  return result.value;
}

/** Begins the audit log of a folder, as is done before anything is kept there. */
export async function noteStart(dataDir: string, sessionId: string): Promise<void> {
  const log = done(await openAuditLog(dataDir, () => new Date(), done(await keyFileSecrets(dataDir))));
  done(await log.write('ada', { type: 'session.started', sessionId, channels: [] }));
}

/** The vault of a folder; what is recorded into it is closed when the test is over. */
export async function testVault(dataDir: string): Promise<Vault> {
  const vault = vaultIn(dataDir, done(await keyFileSecrets(dataDir)));
  return {
    ...vault,
    create: async (facts) => {
      const created = await vault.create(facts);
      if (created.ok) onTestFinished(created.value.close);
      return created;
    },
  };
}

export function testFacts(changes: Partial<RecordingFacts> = {}): RecordingFacts {
  return {
    format: 2,
    sessionId: TEST_SESSION,
    server: 'http://127.0.0.1:1',
    title: 'Weekly',
    endUserId: 'ada',
    startedAt: '2026-03-01T10:00:00.000Z',
    localCopy: 'keep',
    channels: [
      { id: 'mic:default', name: 'Microphone', kind: 'mic', mode: 'keep', rtstreamId: 'rts-mic' },
      { id: 'display:1', name: 'Display', kind: 'display', mode: 'keep', rtstreamId: 'rts-display' },
    ],
    ended: null,
    delivered: false,
    ...changes,
  };
}

export type TestFragment = {
  readonly channelId?: string;
  readonly take?: number;
  readonly sequence: number;
  readonly sessionId?: string;
  readonly bytes?: Uint8Array;
};

/** A fragment of a second, whose bytes begin like media and differ from those of every other place. */
export function testFragment({
  channelId = 'mic:default',
  take = 1,
  sequence,
  sessionId = TEST_SESSION,
  bytes = Buffer.from(
    `....${sequence === 0 ? 'ftypmoovOpus' : 'moof....mdat'} ${channelId} ${take}/${sequence}`,
  ),
}: TestFragment): Fragment {
  return {
    header: {
      sessionId,
      channelId,
      take,
      sequence,
      startedAtMs: Math.max(0, sequence - 1) * 1000,
      durationMs: sequence === 0 ? 0 : 1000,
      pausedBeforeMs: 0,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      crc32: crc32(bytes).toString(16).padStart(8, '0'),
    },
    bytes,
  };
}
