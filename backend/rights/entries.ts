import type { Parts } from '../parts.ts';
import type { Environment } from '../store/records.ts';

const PAGE = 1000;

/** The entries of the log that concern a person, a JSON object a line; one page is in memory at a time. */
export async function* entriesOf(
  parts: Pick<Parts, 'store' | 'keyring'>,
  person: {
    readonly tenantId: string;
    readonly endUserId: string;
    /** Null: of both. */
    readonly environment: Environment | null;
  },
): AsyncGenerator<Uint8Array> {
  const { tenantId, endUserId, environment } = person;
  const subject = parts.keyring.subjectOf(tenantId, endUserId);
  for (let after = 0; ; ) {
    const page = await parts.store.auditEntries({ tenantId, subject, environment, after, limit: PAGE });
    for (const entry of page) {
      after = entry.sequence;
      yield Buffer.from(`${JSON.stringify(entry)}\n`);
    }
    if (page.length < PAGE) return;
  }
}
