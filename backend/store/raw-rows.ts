/** A row as it lies in the database, alike in SQLite and PostgreSQL. */
export type Row = { readonly [column: string]: string | number | null };
export type Batch = { readonly table: string; readonly rows: readonly Row[] };

/**
 * Tables that a backup has once, as they are now: what was taken out of them must not come back with an older state. Requests of
 * persons; where recordings are copied to, with the keys of the credentials.
 */
export const AS_NOW = ['destination', 'rights_request'];

/** The same row, whoever read it. Throws for what is neither text nor number. */
export function plainRow(row: Readonly<Record<string, unknown>>): Row {
  const plain: Record<string, string | number | null> = {};
  for (const [column, value] of Object.entries(row)) {
    if (value !== null && typeof value !== 'string' && typeof value !== 'number')
      throw new TypeError(`a ${typeof value} in the column ${column} cannot be backed up`);
    plain[column] = value;
  }
  return plain;
}
