import { sweepNow } from '../../backend/operate.ts';
import type { Command } from './command.ts';
import { serviceDir } from './data-dir.ts';
import { printer } from './print.ts';

/** Deletes what is older than the policies keep it, or only says what that would be. */
export const sweep: Command = {
  options: ['json', 'data', 'dry-run'],
  run: async (values) => {
    const out = printer(values.json === true);
    const isDry = values['dry-run'] === true;
    const swept = await sweepNow({ dataDir: values.data ?? serviceDir() }, isDry);
    if (!swept.ok) return out.failed(swept.error);
    const { due, deleted } = swept.value;
    for (const { sessionId, collectionId, days, since } of due)
      out.line(`${sessionId} in ${collectionId}: ${days} days were over at ${timeOf(since)}`, {
        ...{ event: 'due', session_id: sessionId, collection_id: collectionId, days, since },
      });
    const said = isDry ? `${due.length} would be deleted.` : `${deleted} deleted.`;
    out.line(said, { event: 'swept', dry_run: isDry, due: due.length, deleted });
    return 0;
  },
};

function timeOf(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString();
}
