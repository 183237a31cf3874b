import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIZE = 64 * 1024 * 1024;
/** A test that is stopped by the disk itself could never thaw it. */
const THAWED_AFTER_S = 60;

export type FrozenDisk = {
  /** A file system of its own. */
  readonly path: string;
  /** From now on whoever writes there waits, in the system's call, as on a server that went away. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** False also where it was thawed because that took too long. */
  readonly isFrozen: () => boolean;
  readonly remove: () => void;
};

/** Why such a disk cannot be had here; empty where it can. */
export function whyNoFrozenDisk(): string {
  if (process.platform !== 'linux') return 'freezing a file system is of Linux';
  if (process.getuid?.() !== 0) return 'mounting takes root';
  try {
    frozenDisk().remove();
    return '';
  } catch (error) {
    return `no loop device: ${error instanceof Error ? error.message.slice(0, 100) : ''}`;
  }
}

/** A file system in a file, mounted, that can be frozen (fsfreeze(8)). */
export function frozenDisk(): FrozenDisk {
  const root = mkdtempSync(join(tmpdir(), 'tallylight-disk-'));
  const [image, path, lapsed] = [join(root, 'image'), join(root, 'mounted'), join(root, 'lapsed')];
  mkdirSync(path);
  writeFileSync(image, '');
  truncateSync(image, SIZE);
  let watch: number | undefined;
  try {
    run('mkfs.ext4', '-q', image);
    run('mount', '-o', 'loop', image, path);
  } catch (error) {
    rmSync(root, { recursive: true, force: true });
    throw error;
  }
  const thaw = () => {
    if (watch === undefined) return;
    if (!existsSync(lapsed)) run('fsfreeze', '-u', path);
    process.kill(-watch, 'SIGKILL');
    watch = undefined;
  };
  return {
    path,
    freeze() {
      const work = 'sleep "$1"; touch "$2"; fsfreeze -u "$3"; sleep 600';
      const args = ['-c', work, 'sh', String(THAWED_AFTER_S), lapsed, path];
      watch = spawn('sh', args, { detached: true, stdio: 'ignore' }).pid;
      run('fsfreeze', '-f', path);
    },
    thaw,
    isFrozen: () => watch !== undefined && !existsSync(lapsed),
    remove() {
      thaw();
      run('umount', '-l', path);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function run(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
