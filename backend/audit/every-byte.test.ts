import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { auditLog, intruder } from '../trial/audit-log.ts';
import { folder } from '../trial/service.ts';

const COLUMNS = ['tenant_id', 'at', 'actor', 'action', 'object', 'outcome', 'reason', 'previous', 'hash'];
const COUNT = 4;

/** A log of a few entries, whose reasons are not empty, and what is wrong with it by name. */
async function whole() {
  const dataDir = await folder();
  const log = await auditLog({ dataDir });
  for (let index = 0; index < COUNT; index++)
    await log.audit.note({
      ...{ tenantId: 'default', actor: 'key:key-1', action: 'video.download', object: `vid-${index}` },
      ...{ outcome: 'refused', reason: 'role-missing' },
    });
  const wrong = async () => {
    const verified = await log.verify();
    return verified.ok ? undefined : `${verified.error.code}: ${verified.error.detail}`;
  };
  expect(await wrong()).toBeUndefined();
  return { ...log, dataDir, wrong };
}

test('[P27][P61] a byte that is changed in any column of any entry is found, and the entry is named', async () => {
  const { dataDir, wrong } = await whole();
  const database = intruder(dataDir);
  for (const column of COLUMNS)
    for (let sequence = 1; sequence <= COUNT; sequence++) {
      const { text } = database
        .prepare(`select ${column} as text from audit_entry where sequence = ?`)
        .get(sequence) as { text: string };
      expect(text).not.toBe('');
      const write = database.prepare(`update audit_entry set ${column} = ? where sequence = ?`);
      for (let at = 0; at < text.length; at++) {
        const bytes = Buffer.from(text);
        // Text of seven bits stays text.
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 7));
        write.run(bytes.toString(), sequence);
        expect(`${column} byte ${at}: ${await wrong()}`).toBe(
          `${column} byte ${at}: audit-broken: entry ${sequence}`,
        );
      }
      write.run(text, sequence);
    }
  expect(await wrong()).toBeUndefined();
}, 120_000);

test('[P27][P61] a byte that is changed anywhere in the file of heads is found, and the file is named', async () => {
  const { anchorFile, wrong } = await whole();
  const bytes = await readFile(anchorFile);
  // Every bit: the last letter of a signature in base64url has some that say nothing.
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const at = bit >> 3;
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ (1 << (bit % 8));
    await writeFile(anchorFile, changed);
    const found = await wrong();
    expect(`byte ${at}: ${found}`).toMatch(/^byte \d+: audit-broken: /);
    expect(found).toContain(anchorFile);
  }
  await writeFile(anchorFile, bytes);
  expect(await wrong()).toBeUndefined();
}, 120_000);
