import type { Batch, Row } from '../store/raw-rows.ts';
import { JUST_RESTORED, OF_ONE_DATABASE, RESTORED_FACT } from '../store/service-id.ts';
import { MASTER_FACT } from '../store/sql-rewrap.ts';
import { ELSEWHERE, type Line } from './dump.ts';
import type { SessionKeys } from './keys.ts';
import type { OpenedBackup } from './opened-backup.ts';
import { isDestroyed } from './verify.ts';

/** What a restored service gets of a generation: what was deleted since is not in it. */
export type Selection = {
  readonly opened: OpenedBackup;
  /** Keys, or word of deletions, of the sessions that the folder knows. */
  readonly keys: ReadonlyMap<string, SessionKeys>;
  /** Sessions that are damaged and left out. */
  readonly leftOut: ReadonlySet<string>;
  /** Fingerprint of the master key. */
  readonly master: string;
};

const BATCH = 500;

/** The rows of the restored database as they were at the generation, table by table. */
export async function* restoredRows(lines: AsyncIterable<Line>, selection: Selection): AsyncGenerator<Batch> {
  const isGone = goneIn(selection);
  const people = new Set(selection.opened.people.links.map(linkText));
  yield* inBatches(lines, (table, row) => {
    if (isGone(table, row)) return undefined;
    if (table === 'fact' && OF_ONE_DATABASE.includes(String(row.name))) return undefined;
    if (table === 'audit_subject') return people.has(linkText(rowLink(row))) ? row : undefined;
    if (table === 'capture_session') return withSessionKey(row, selection.keys.get(String(row.id)));
    if (table === 'rtstream') return withStreamKey(row, selection.keys.get(String(row.session_id)));
    return row;
  });
  yield {
    table: 'fact',
    rows: [
      { name: MASTER_FACT, value: selection.master },
      { name: RESTORED_FACT, value: JUST_RESTORED },
    ],
  };
  const secrets = Object.entries(selection.opened.secrets);
  yield { table: 'service_secret', rows: secrets.map(([name, wrapped]) => ({ name, wrapped })) };
}

/** What a restored database takes as it is now. */
export function rowsAsNow({ keys, opened }: Selection): Batch[] {
  const once = Object.entries(opened.people.rows).map(([table, rows]) => ({ table, rows }));
  return [{ table: 'tombstone', rows: tombstoneRows(keys) }, ...once];
}

async function* inBatches(
  lines: AsyncIterable<Line>,
  change: (table: string, row: Row) => Row | undefined,
): AsyncGenerator<Batch> {
  let table = '';
  let rows: Row[] = [];
  for await (const line of lines) {
    if (line.table !== table || rows.length === BATCH) {
      if (rows.length > 0) yield { table, rows };
      rows = [];
      table = line.table;
    }
    const row = change(line.table, line.row);
    if (row !== undefined) rows.push(row);
  }
  if (rows.length > 0) yield { table, rows };
}

/** Whether a row belongs to something that is not there any more: a session, a stream, a video, a fragment of them. */
function goneIn({ keys, leftOut }: Selection): (table: string, row: Row) => boolean {
  const streams = new Set<string>();
  const videos = new Set<string>();
  const isGoneSession = (id: string) => {
    const known = keys.get(id);
    return leftOut.has(id) || known === undefined || known.session === null;
  };
  return (table, row) => {
    // Word of a deletion is what stays; those of the folder are added to them.
    if (table === 'tombstone') return keys.has(String(row.session_id));
    const session = table === 'capture_session' ? row.id : row.session_id;
    const isOfGone = typeof session === 'string' && isGoneSession(session);
    if (table === 'rtstream') {
      const known = keys.get(String(row.session_id));
      if (isOfGone || (known !== undefined && isDestroyed(known, String(row.id))))
        streams.add(String(row.id));
      return isOfGone;
    }
    const isOfStream = typeof row.stream_id === 'string' && streams.has(row.stream_id);
    const isOfVideo = typeof row.video_id === 'string' && videos.has(row.video_id);
    const isGone = isOfGone || isOfStream || isOfVideo;
    if (table === 'video' && isGone) videos.add(String(row.id));
    return isGone;
  };
}

function withSessionKey(row: Row, keys: SessionKeys | undefined): Row {
  return { ...row, wrapped_key: keys?.session ?? '' };
}

function withStreamKey(row: Row, keys: SessionKeys | undefined): Row {
  const now = keys?.streams[String(row.id)];
  const isDestroyedSince = row.wrapped_key === ELSEWHERE && now?.key === '';
  // What was deleted of a recording that goes on is not to be recorded again.
  const deletedAt = isDestroyedSince
    ? Math.max(0, ...(keys?.tombstones ?? []).map((one) => one.deleted_at))
    : null;
  const key = row.wrapped_key === ELSEWHERE ? (now?.key ?? '') : (row.wrapped_key ?? null);
  return { ...row, wrapped_key: key, revoked_at: row.revoked_at ?? now?.revoked_at ?? deletedAt };
}

/** All that the folder knows was deleted, also after the generation. */
function tombstoneRows(keys: ReadonlyMap<string, SessionKeys>): Row[] {
  return [...keys].flatMap(([id, { tenant, tombstones }]) =>
    tombstones.map((one) => ({
      session_id: id,
      channel_id: one.channel_id ?? '',
      tenant_id: tenant,
      deleted_at: one.deleted_at,
      jws: one.jws,
    })),
  );
}

type Link = OpenedBackup['people']['links'][number];

function rowLink(row: Row): { readonly [Name in keyof Link]: Row[string] | undefined } {
  return { tenantId: row.tenant_id, subject: row.subject, environment: row.environment };
}

function linkText({ tenantId, subject, environment }: ReturnType<typeof rowLink>): string {
  return `${tenantId} ${environment} ${subject}`;
}
