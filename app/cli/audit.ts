import type { AuditEntry } from '../../contract/audit.ts';
import { ok, type Result } from '../../contract/result.ts';
import { breaksOf } from '../../main/audit/aside-folders.ts';
import { readAuditLog, type VerifiedLog, verifyAuditLog } from '../../main/audit/log.ts';
import { auditQuery, isAskedFor } from '../../main/audit/query.ts';
import { asideDir, readAside } from '../../main/audit/set-aside.ts';
import { storyLine } from '../../main/audit/story.ts';
import { keyFileSecrets } from '../../main/vault/key-file.ts';
import type { Command } from './command.ts';
import { clientDir } from './data-dir.ts';
import { printer, reasonOf } from './print.ts';

/** The whole log of a data folder, or one that was set aside there, once it was held against its head. */
async function verified(dataDir: string, name: string | undefined): Promise<Result<VerifiedLog>> {
  const dir = name === undefined ? ok(dataDir) : await asideDir(dataDir, name);
  return dir.ok ? verifyAuditLog(dir.value, () => keyFileSecrets(dataDir)) : dir;
}

/** The log to tell, after checking it; `note` hears where it is not whole, or its head cannot be proven from here. */
async function told(
  dataDir: string,
  name: string | undefined,
  note: (text: string) => void,
): Promise<Result<readonly AuditEntry[]>> {
  const log = await verified(dataDir, name);
  if (log.ok) return ok(log.value.entries);
  const { code } = log.error;
  if (code === 'usage' || (code !== 'key-elsewhere' && name === undefined)) return log;
  note(reasonOf(log.error));
  // Without a name it is the log of an app with a keychain.
  return name === undefined ? readAuditLog(dataDir) : readAside(dataDir, name);
}

/** Tells the audit log of a data folder as a story, after checking it; of one that was set aside, what can be read of it. */
export const audit: Command = {
  options: ['json', 'data', 'actor', 'object', 'since', 'until'],
  words: 1,
  run: async (values, [name]) => {
    const out = printer(values.json === true);
    const query = auditQuery(values);
    if (!query.ok) return out.failed(query.error);
    const entries = await told(values.data ?? clientDir(), name, out.note);
    if (!entries.ok) return out.failed(entries.error);
    for (const entry of entries.value) if (isAskedFor(entry, query.value)) out.line(storyLine(entry), entry);
    return 0;
  },
};

export const auditVerify: Command = {
  options: ['json', 'data'],
  words: 1,
  run: async (values, [name]) => {
    const out = printer(values.json === true);
    const log = await verified(values.data ?? clientDir(), name);
    if (!log.ok) return out.failed(log.error);
    const { entries, hasHead } = log.value;
    const count = entries.length;
    const breaks = breaksOf(entries);
    const earlier = entries.filter(({ mac }) => mac === undefined).length;
    out.line(
      `The audit log is whole: ${count} entries, each bound to the one before${ending(earlier - breaks.length, hasHead)}.`,
      { event: 'audit', ok: true, entries: count, earlier, head: hasHead, after: breaks },
    );
    for (const { folder, found } of breaks)
      out.note(
        `It begins after a break: the log of before was set aside as ${folder} (${found}). \`tallylight audit verify ${folder}\` looks at that one.`,
      );
    return 0;
  },
};

/** `earlier` is how many entries are from before the log had a head. */
function ending(earlier: number, hasHead: boolean): string {
  if (!hasHead) return earlier === 0 ? '' : '; it has no head yet, so that its end proves nothing';
  return `, the last one to its head${earlier === 0 ? '' : `; ${earlier} are from before it had one`}`;
}
