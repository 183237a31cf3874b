import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

const FILE_CALLS =
  'open,openat,openat2,creat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mknod,mknodat';

/** The command that writes down every file a process tree opens for writing, creates or renames; or those `calls`. */
export function tracedTo(log: string, calls = FILE_CALLS): string[] {
  return [
    'strace',
    '--seccomp-bpf',
    '-f',
    '-y',
    '-qq',
    '-s',
    '4096',
    '-e',
    `trace=${calls}`,
    '-o',
    log,
    '--',
  ];
}

/** Paths of files that a traced process tree opened for writing, made or renamed to; sorted, each once. */
export async function writtenFiles(log: string): Promise<string[]> {
  const paths = new Set<string>();
  for (const line of (await readFile(log, 'utf8')).split('\n')) {
    const [, call = '', rest = ''] = /^\d+\s+(\w+)\((.*)$/.exec(line) ?? [];
    if (call === '' || / = -1 /.test(line)) continue;
    const named = [...rest.matchAll(/(?:<([^>]*)>, )?"([^"]*)"/g)];
    const [, folder, path] = (/^(rename|link|symlink)/.test(call) ? named.at(-1) : named[0]) ?? [];
    const writes = /O_WRONLY|O_RDWR|O_CREAT/.test(rest) || !call.startsWith('open');
    if (writes && path !== undefined) paths.add(resolve(folder ?? '/', path));
  }
  return [...paths].sort();
}
