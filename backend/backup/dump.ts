import { z } from 'zod';
import { AS_NOW, type Batch, type Row } from '../store/raw-rows.ts';
import { MASTER_FACT } from '../store/sql-rewrap.ts';
import { readLines } from './checked-file.ts';
import { row } from './keys.ts';

/**
 * What no generation holds: keys that a deletion has to be able to destroy, and what lives for minutes. `service_secret` and
 * the tables of `AS_NOW` are in the backup once, as they are now: see keys.ts.
 */
const LEFT_OUT = [
  ...['migration', 'client_token', 'admin_pass', 'service_secret', ...AS_NOW],
  // Of the instances that serve just then.
  ...['instance', 'listening', 'seen_proof', 'ticket', 'failed_sign_in'],
];

/** Columns of wrapped keys that a deletion destroys. A new one belongs here. */
export const KEY_COLUMNS: readonly { readonly table: string; readonly column: string }[] = [
  { table: 'capture_session', column: 'wrapped_key' },
  { table: 'rtstream', column: 'wrapped_key' },
];

/** In the place of a key that there was. */
export const ELSEWHERE = 'in keys';

const line = z.object({ table: z.string(), row });
export type Line = z.infer<typeof line>;

/** What there is to know of a snapshot besides its lines. */
export type Snapshot = {
  readonly migrations: string[];
  /** Wrapped, by their names. */
  readonly secrets: Record<string, string>;
  /** Fingerprint of the master key that wrapped them. */
  master: string;
  /** Their tenants by their ids. */
  readonly sessions: Map<string, string>;
  fragments: number;
};

export function emptySnapshot(): Snapshot {
  return { migrations: [], secrets: {}, master: '', sessions: new Map(), fragments: 0 };
}

/** The lines of `database.jsonl.gz`; what else there is to know of the snapshot is noted in `into`. */
export async function* linesOf(batches: AsyncIterable<Batch>, into: Snapshot): AsyncGenerator<string> {
  for await (const { table, rows } of batches)
    for (const row of rows) {
      if (table === 'migration') into.migrations.push(String(row.name));
      if (table === 'service_secret') into.secrets[String(row.name)] = String(row.wrapped);
      const isMaster = table === 'fact' && row.name === MASTER_FACT;
      if (isMaster) into.master = String(row.value);
      if (isMaster || LEFT_OUT.includes(table)) continue;
      if (table === 'capture_session') into.sessions.set(String(row.id), String(row.tenant_id));
      if (table === 'fragment') into.fragments++;
      yield JSON.stringify({ table, row: withoutKeys(table, row) } satisfies Line);
    }
}

function withoutKeys(table: string, row: Row): Row {
  const keys = KEY_COLUMNS.filter((each) => each.table === table);
  const replaced = keys.flatMap(({ column }) =>
    row[column] === null || row[column] === '' ? [] : [[column, ELSEWHERE] as const],
  );
  return { ...row, ...Object.fromEntries(replaced) };
}

/** What `linesOf` wrote. Throws where a line is none of it. */
export async function* dumped(path: string): AsyncGenerator<Line> {
  for await (const text of readLines(path)) yield line.parse(JSON.parse(text));
}

const fragmentRow = z.object({
  stream_id: z.string(),
  take: z.int(),
  sequence: z.int(),
  bytes: z.int(),
  sha256: z.string(),
  blob: z.string(),
});
export type DumpedFragment = z.infer<typeof fragmentRow>;

/** The fragments of one stream, in their order. */
export type DumpedStream = {
  readonly sessionId: string;
  readonly streamId: string;
  readonly fragments: readonly DumpedFragment[];
};

/** The streams of a snapshot that have fragments, one after the other. */
export async function* streamsIn(path: string): AsyncGenerator<DumpedStream> {
  const sessionOf = new Map<string, string>();
  let streamId = '';
  let fragments: DumpedFragment[] = [];
  const stream = () => ({ streamId, sessionId: sessionOf.get(streamId) ?? '', fragments });
  for await (const { table, row } of dumped(path)) {
    if (table === 'rtstream') sessionOf.set(String(row.id), String(row.session_id));
    if (table !== 'fragment') continue;
    const fragment = fragmentRow.parse(row);
    if (fragment.stream_id !== streamId) {
      if (fragments.length > 0) yield stream();
      streamId = fragment.stream_id;
      fragments = [];
    }
    fragments.push(fragment);
  }
  if (fragments.length > 0) yield stream();
}
