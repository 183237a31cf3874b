import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const STEP = 16 * 1024 * 1024;

/**
 * In how many places of another process's memory these bytes lie, read from outside as a debugger reads it (proc(5),
 * /proc/PID/mem). Pages that nobody may read are left out.
 */
export function foundInMemory(pid: number, wanted: Buffer): number {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    return regionsOf(pid).reduce((sum, region) => sum + foundIn(memory, region, wanted), 0);
  } finally {
    closeSync(memory);
  }
}

type Region = { readonly from: number; readonly to: number };

function regionsOf(pid: number): Region[] {
  const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) r/.exec(line) ?? [];
    if (from === undefined || to === undefined || line.endsWith('[vvar]') || line.endsWith('[vsyscall]'))
      return [];
    return [{ from: Number.parseInt(from, 16), to: Number.parseInt(to, 16) }];
  });
}

function foundIn(memory: number, { from, to }: Region, wanted: Buffer): number {
  let found = 0;
  // Pieces overlap by as much as could be cut in two, less one: nothing is counted twice.
  for (let at = from; at < to; at += STEP) {
    const piece = Buffer.alloc(Math.min(STEP + wanted.length - 1, to - at));
    const read = readAt(memory, piece, at);
    for (let hit = piece.indexOf(wanted); hit >= 0 && hit < read; hit = piece.indexOf(wanted, hit + 1))
      found++;
    piece.fill(0);
  }
  return found;
}

/** What is not there, or has gone by now, reads as nothing. */
function readAt(memory: number, into: Buffer, at: number): number {
  try {
    return readSync(memory, into, 0, into.length, at);
  } catch {
    return 0;
  }
}
