import { anchorAnew, checkAudit, readAudit } from '../../backend/operate.ts';
import { auditQuery } from '../../main/audit/query.ts';
import type { Command } from './command.ts';
import { serviceDir } from './data-dir.ts';
import { printer } from './print.ts';

/** The audit log of the media service, as far as asked for. */
export const auditRead: Command = {
  options: ['json', 'data', 'tenant', 'actor', 'object', 'since', 'until'],
  run: async (values) => {
    const out = printer(values.json === true);
    const query = auditQuery(values);
    if (!query.ok) return out.failed(query.error);
    const { actor, object, sinceMs, untilMs } = query.value;
    const question = { actor, object, since: timeOf(sinceMs), until: timeOf(untilMs) };
    const read = await readAudit(placeOf(values), question, (entry) => {
      const because = entry.reason === '' ? '' : ` (${entry.reason})`;
      const { sequence, at, action, outcome } = entry;
      out.line(`${sequence} ${at} ${entry.actor} ${action} ${entry.object} ${outcome}${because}`, entry);
    });
    return read.ok ? 0 : out.failed(read.error);
  },
};

/** Whether the audit log of the media service is as it was written. */
export const auditVerify: Command = {
  options: ['json', 'data', 'tenant'],
  run: async (values) => {
    const out = printer(values.json === true);
    const verified = await checkAudit(placeOf(values));
    if (!verified.ok) return out.failed(verified.error);
    const { entries, head, anchored } = verified.value;
    const kept =
      anchored === null
        ? 'No head of it was kept outside of the database so far.'
        : `The head that is kept outside of the database is that of entry ${anchored.sequence}.`;
    out.line(`The audit log is whole: ${entries} entries, each bound to the one before. ${kept}`, {
      ...{ event: 'audit', ok: true, entries, head, anchored },
    });
    return 0;
  },
};

/** Keeps the heads of the logs anew, where the file of them was lost or what it showed was looked into. */
export const auditAnchor: Command = {
  options: ['json', 'data'],
  run: async (values) => {
    const out = printer(values.json === true);
    const anchored = await anchorAnew({ dataDir: values.data ?? serviceDir() });
    if (!anchored.ok) return out.failed(anchored.error);
    out.line('The heads of the audit logs are kept from here on; the log says so.', {
      ...{ event: 'anchored', ...anchored.value },
    });
    return 0;
  },
};

function timeOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

function placeOf({
  data,
  tenant,
}: {
  readonly data?: string | undefined;
  readonly tenant?: string | undefined;
}) {
  return { dataDir: data ?? serviceDir(), ...(tenant === undefined ? {} : { tenant }) };
}
