import { join } from 'node:path';
import { setAuditAside } from '../../main/audit/set-aside.ts';
import type { Command } from './command.ts';
import { clientDir } from './data-dir.ts';
import { openVault } from './open-vault.ts';
import { printer } from './print.ts';

/** Keeps a damaged audit log beside a new one that says so first. Giving the command is all it asks for. */
export const auditSetAside: Command = {
  options: ['json', 'data'],
  run: async (values) => {
    const out = printer(values.json === true);
    const dataDir = values.data ?? clientDir();
    const opened = await openVault(dataDir);
    if (!opened.ok) return out.failed(opened.error);
    const done = await setAuditAside(dataDir, () => new Date(), opened.value.secrets);
    opened.value.lock.release();
    if (!done.ok) return out.failed(done.error);
    const { folder, found, entries } = done.value;
    out.line(
      `The audit log that was here is kept as it was in ${join(dataDir, folder)} (${found}); ${entries} entries of it can be read.\n` +
        'A new log begins and says so first. Recordings can be exported, deleted and made again.\n' +
        `Keep that folder, and tell your admin: \`tallylight audit verify ${folder}\` says what is wrong, \`tallylight audit ${folder}\` tells what can be read.`,
      { ...done.value, event: 'audit-set-aside' },
    );
    return 0;
  },
};
