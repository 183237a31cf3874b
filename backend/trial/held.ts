import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Every file of a data folder but the lock, by path. */
export function filesOf(dataDir: string): Map<string, Buffer> {
  const entries = readdirSync(dataDir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'in-use.lock');
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [relative(dataDir, path), readFileSync(path)];
    }),
  );
}

/** Paths of the files that hold these bytes anywhere. */
export function holding(dataDir: string, bytes: Uint8Array | string): string[] {
  const wanted = Buffer.from(bytes);
  return [...filesOf(dataDir)].flatMap(([path, content]) => (content.includes(wanted) ? [path] : []));
}

/** The raw rows of a question, as somebody reads them who has the database file. */
export function rowsOf(dataDir: string, question: string): Record<string, unknown>[] {
  const database = new DatabaseSync(join(dataDir, 'tallylight.sqlite'), { readOnly: true });
  try {
    return database.prepare(question).all();
  } finally {
    database.close();
  }
}
