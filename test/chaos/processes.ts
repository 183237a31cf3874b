import { readdirSync, readFileSync } from 'node:fs';

export type Found = { readonly pid: number; readonly command: string };

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It ended meanwhile.
    return '';
  }
}

function pids(): number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/** Processes in whose environment a text stands, but for those that have ended and wait to be collected. */
export function processesWith(text: string): Found[] {
  return pids()
    .filter((pid) => read(`/proc/${pid}/environ`).includes(text))
    .map((pid) => ({ pid, command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }))
    .filter(({ command }) => command !== '');
}

/** A process and all that descend from it, itself first. */
export function treeOf(root: number): number[] {
  const parents = new Map(
    pids().map((pid) => {
      // The name in parentheses may itself hold spaces and parentheses.
      const [, parent] = read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? [];
      return [pid, Number(parent)] as const;
    }),
  );
  const tree = [root];
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  return tree;
}

/** The ffmpegs below a process. */
export function ffmpegsBelow(root: number): number[] {
  return treeOf(root).filter((pid) => /^[^\0]*ffmpeg\0/.test(read(`/proc/${pid}/cmdline`)));
}

/** A process that has gone between looking and sending is as good. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
