import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type AskedMemory, PERMISSION_KINDS, type PermissionKind } from './permission.ts';

const FILE = 'permissions.json';

type Remembered = {
  readonly asked: ReadonlySet<PermissionKind>;
  readonly stale: ReadonlySet<PermissionKind>;
};

/** What went wrong with the file; `code` is an errno code or `damaged`. */
export type MemoryTrouble = (
  what: 'permissions.memory-unread' | 'permissions.memory-unwritten',
  code: string,
) => void;

/**
 * The memory as `permissions.json` (mode 0600) in the client's data folder. A file that is damaged is told and means
 * that nothing is known; a file that cannot be written is told and remembered for as long as the process lives.
 */
export function askedMemoryIn(dataDir: string, trouble: MemoryTrouble): AskedMemory {
  const path = join(dataDir, FILE);
  let known: Promise<Remembered> | undefined;

  function remembered(): Promise<Remembered> {
    known ??= read(path, trouble);
    return known;
  }

  /** One after the other, so that no change is lost to another. */
  async function note(list: keyof Remembered, kind: PermissionKind, isSo: boolean): Promise<void> {
    const before = remembered();
    const after = before.then(async (old) => {
      if (old[list].has(kind) === isSo) return old;
      const kinds = new Set(old[list]);
      if (isSo) kinds.add(kind);
      else kinds.delete(kind);
      const next = { ...old, [list]: kinds };
      await write(path, next, trouble);
      return next;
    });
    known = after;
    await after;
  }

  return {
    wasAsked: async (kind) => (await remembered()).asked.has(kind),
    noteAsked: (kind) => note('asked', kind, true),
    wasStale: async (kind) => (await remembered()).stale.has(kind),
    noteStale: (kind, isStale) => note('stale', kind, isStale),
    forget: async (kind) => {
      await Promise.all([note('asked', kind, false), note('stale', kind, false)]);
    },
  };
}

const NOTHING: Remembered = { asked: new Set(), stale: new Set() };

async function read(path: string, trouble: MemoryTrouble): Promise<Remembered> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') trouble('permissions.memory-unread', codeOf(error));
    return NOTHING;
  }
  const parsed = parse(text);
  if (parsed === undefined) trouble('permissions.memory-unread', 'damaged');
  return parsed ?? NOTHING;
}

function parse(text: string): Remembered | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 1)
    return undefined;
  const asked = 'asked' in value ? kindsOf(value.asked) : undefined;
  const stale = 'stale' in value ? kindsOf(value.stale) : undefined;
  return asked === undefined || stale === undefined ? undefined : { asked, stale };
}

function kindsOf(list: unknown): ReadonlySet<PermissionKind> | undefined {
  return Array.isArray(list) ? new Set(PERMISSION_KINDS.filter((kind) => list.includes(kind))) : undefined;
}

/** Either the old or the new file is there, whatever happens. */
async function write(path: string, { asked, stale }: Remembered, trouble: MemoryTrouble): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const next = `${path}.next`;
    const file = await open(next, 'w', 0o600);
    try {
      await file.writeFile(`${JSON.stringify({ format: 1, asked: [...asked], stale: [...stale] })}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, path);
  } catch (error) {
    trouble('permissions.memory-unwritten', codeOf(error));
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
