import { readdir, readFile } from 'node:fs/promises';

/** Kernel ticks a second in /proc/PID/stat: 100 on every Linux that Node supports (proc(5), sysconf(_SC_CLK_TCK)). */
const TICKS_PER_SECOND = 100;

type Entry = { readonly pid: number; readonly parent: number; readonly ticks: number };

/** Processor seconds, user and system, that a process, its living descendants and its ended children used. */
export async function cpuSecondsBelow(root: number): Promise<number> {
  const ticks = (await treeOf(root)).reduce((sum, entry) => sum + entry.ticks, 0);
  return ticks / TICKS_PER_SECOND;
}

/** SIGKILL for a process and all of its living descendants at once; answers when, in Unix milliseconds. */
export async function killTree(root: number): Promise<number> {
  const tree = await treeOf(root);
  const atMs = Date.now();
  for (const { pid } of tree) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It went with its parent.
    }
  }
  return atMs;
}

async function treeOf(root: number): Promise<Entry[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const entries = (await Promise.all(pids.map(read))).filter((entry) => entry !== undefined);
  const tree = new Set([root]);
  for (let size = 0; size !== tree.size; ) {
    size = tree.size;
    for (const { pid, parent } of entries) if (tree.has(parent)) tree.add(pid);
  }
  return entries.filter(({ pid }) => tree.has(pid));
}

async function read(pid: string): Promise<Entry | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The name, in parentheses, may hold anything; the numbers begin behind it with field 3.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [parent = 0, ...ticks] = [1, 11, 12, 13, 14].map((index) => Number(fields[index]));
  return { pid: Number(pid), parent, ticks: ticks.reduce((sum, value) => sum + value, 0) };
}
