import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditEntry, AuditEvent } from '../../contract/audit.ts';
import { canonicalJson } from '../../contract/canonical.ts';
import type { SecretStore } from '../host.ts';
import { keyFileSecrets } from '../vault/key-file.ts';
import { done, TEST_SESSION, testFolder } from '../vault/test-vault.ts';
import { openAuditLog, verifyAuditLog } from './log.ts';

export const complete: AuditEvent = { type: 'session.complete', sessionId: TEST_SESSION };
export const paused = (atMs: number): AuditEvent => ({
  type: 'session.paused',
  sessionId: TEST_SESSION,
  atMs,
  by: 'the person',
});
export const now = () => new Date('2026-03-01T10:00:00.000Z');

/** A data folder with a log of these events, and the ways of whoever would like it to say something else. */
export async function logOf(...events: AuditEvent[]) {
  const dataDir = await testFolder();
  const secrets: SecretStore = done(await keyFileSecrets(dataDir));
  const log = done(await openAuditLog(dataDir, now, secrets));
  for (const event of events) done(await log.write('ada', event));
  const path = join(dataDir, 'audit.jsonl');
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  return {
    dataDir,
    path,
    headPath: join(dataDir, 'audit.head'),
    keyPath: join(dataDir, 'audit-key.wrapped'),
    log,
    secrets,
    bytes,
    lines: bytes.toString().split('\n').slice(0, -1),
    open: () => openAuditLog(dataDir, now, secrets),
    verify: () => verifyAuditLog(dataDir, async () => ({ ok: true, value: secrets })),
    put: (lines: readonly string[]) => writeFile(path, lines.map((line) => `${line}\n`).join('')),
  };
}

/** These entries as a chain of their own, as anybody can make one who has no key of the head. */
export function chained(entries: readonly Partial<AuditEntry>[]): string[] {
  let previous = '0'.repeat(64);
  return entries.map((entry, index) => {
    const { hash: _, ...unhashed } = { ...entry, sequence: index + 1, previous };
    previous = createHash('sha256')
      .update(canonicalJson(unhashed as Parameters<typeof canonicalJson>[0]))
      .digest('hex');
    return JSON.stringify({ ...unhashed, hash: previous });
  });
}
