import { readAuditLog } from '../../main/audit/log.ts';
import { storyLine } from '../../main/audit/story.ts';
import type { Command } from './command.ts';
import { clientDir } from './data-dir.ts';
import { printer } from './print.ts';

/** Tells the audit log of a data folder as a story, after checking its chain. */
export const audit: Command = {
  options: ['json', 'data'],
  run: async (values) => {
    const out = printer(values.json === true);
    const entries = await readAuditLog(values.data ?? clientDir());
    if (!entries.ok) return out.failed(entries.error);
    for (const entry of entries.value) out.line(storyLine(entry), entry);
    return 0;
  },
};

export const auditVerify: Command = {
  options: ['json', 'data'],
  run: async (values) => {
    const out = printer(values.json === true);
    const entries = await readAuditLog(values.data ?? clientDir());
    if (!entries.ok) return out.failed(entries.error);
    const count = entries.value.length;
    out.line(`The audit log is whole: ${count} entries, each bound to the one before.`, {
      event: 'audit',
      ok: true,
      entries: count,
    });
    return 0;
  },
};
