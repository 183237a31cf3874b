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
  const { tenantId, endUserId } = person;
  const subject = parts.keyring.subjectOf(tenantId, endUserId);
  const foreign = await objectsElsewhere(parts, person);
  for (let after = 0; ; ) {
    const page = await parts.store.auditEntries({ tenantId, subject, after, limit: PAGE });
    for (const entry of page) {
      after = entry.sequence;
      if (!foreign.has(entry.object)) yield Buffer.from(`${JSON.stringify(entry)}\n`);
    }
    if (page.length < PAGE) return;
  }
}

/** Ids of what is held of the person in the environment that was not asked for. */
async function objectsElsewhere(
  { store }: Pick<Parts, 'store'>,
  { tenantId, endUserId, environment }: Parameters<typeof entriesOf>[1],
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  if (environment === null) return ids;
  const other = environment === 'production' ? 'development' : 'production';
  for (let after: { readonly createdAt: number; readonly id: string } | undefined; ; ) {
    const page = await store.sessions({ tenantId, endUserId, environment: other, after, limit: 100 });
    const sessions = page.map(({ id }) => id);
    const within = [...(await store.streamsOf(sessions)), ...(await store.videosOf(sessions))];
    for (const id of [...sessions, ...within.map((each) => each.id)]) ids.add(id);
    after = page.at(-1);
    if (page.length < 100) return ids;
  }
}
