import type { AuditEntry } from '../../contract/audit.ts';
import { ok, type Result } from '../../contract/result.ts';
import { readAuditLog, type VerifiedLog, verifyAuditLog } from '../../main/audit/log.ts';
import { auditQuery, isAskedFor } from '../../main/audit/query.ts';
import { storyLine } from '../../main/audit/story.ts';
import { keyFileSecrets } from '../../main/vault/key-file.ts';
import type { Command } from './command.ts';
import { clientDir } from './data-dir.ts';
import { printer, reasonOf } from './print.ts';

/** The whole log of a data folder, once it was held against its head. */
function verified(dataDir: string): Promise<Result<VerifiedLog>> {
  return verifyAuditLog(dataDir, () => keyFileSecrets(dataDir));
}

/** The log to tell, after checking it; `note` hears where its head cannot be proven from here. */
async function told(dataDir: string, note: (text: string) => void): Promise<Result<readonly AuditEntry[]>> {
  const log = await verified(dataDir);
  if (log.ok) return ok(log.value.entries);
  if (log.error.code !== 'key-elsewhere') return log;
  // It is the log of an app with a keychain.
  note(reasonOf(log.error));
  return readAuditLog(dataDir);
}

/** Tells the audit log of a data folder as a story, after checking it. */
export const audit: Command = {
  options: ['json', 'data', 'actor', 'object', 'since', 'until'],
  run: async (values) => {
    const out = printer(values.json === true);
    const query = auditQuery(values);
    if (!query.ok) return out.failed(query.error);
    const entries = await told(values.data ?? clientDir(), out.note);
    if (!entries.ok) return out.failed(entries.error);
    for (const entry of entries.value) if (isAskedFor(entry, query.value)) out.line(storyLine(entry), entry);
    return 0;
  },
};

export const auditVerify: Command = {
  options: ['json', 'data'],
  run: async (values) => {
    const out = printer(values.json === true);
    const log = await verified(values.data ?? clientDir());
    if (!log.ok) return out.failed(log.error);
    const { entries, hasHead } = log.value;
    const count = entries.length;
    const earlier = entries.filter(({ mac }) => mac === undefined).length;
    out.line(
      `The audit log is whole: ${count} entries, each bound to the one before${ending(earlier, hasHead)}.`,
      { event: 'audit', ok: true, entries: count, earlier, head: hasHead },
    );
    return 0;
  },
};

/** `earlier` is how many entries are from before the log had a head. */
function ending(earlier: number, hasHead: boolean): string {
  if (!hasHead) return earlier === 0 ? '' : '; it has no head yet, so that its end proves nothing';
  return `, the last one to its head${earlier === 0 ? '' : `; ${earlier} are from before it had one`}`;
}
