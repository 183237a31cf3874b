import { createHash } from 'node:crypto';

type Entry = Record<string, unknown> & {
  readonly hash?: unknown;
  readonly previous?: unknown;
  readonly sequence?: unknown;
};

/** What is wrong with a chain of entries, as docs/architecture.md has it; undefined where nothing is. */
export function brokenAt(entries: readonly Entry[]): string | undefined {
  let previous = '0'.repeat(64);
  for (const [index, entry] of entries.entries()) {
    const { hash, ...rest } = entry;
    const right = createHash('sha256').update(canonical(rest)).digest('hex');
    if (entry.sequence !== index + 1) return `entry ${index + 1} says it is ${entry.sequence}`;
    if (entry.previous !== previous) return `entry ${index + 1} does not follow`;
    if (hash !== right) return `entry ${index + 1} has another hash`;
    previous = right;
  }
  return undefined;
}

/** Keys sorted, no white space. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
}
