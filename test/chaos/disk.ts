import { execFile } from 'node:child_process';
import { mkdir, statfs } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** More than the guard of the recorder warns below. */
const ROOM = '4g';

/** A folder on a small disk of its own. What takes no room in memory until it is written: a tmpfs. */
export type Disk = {
  /** Leaves so many bytes. */
  readonly shrink: (leftBytes: number) => Promise<void>;
  readonly grow: () => Promise<void>;
  /** Whatever is opened from here on is on a disk that only reads; what is open can still be written to. */
  readonly readOnly: () => Promise<void>;
  readonly writable: () => Promise<void>;
  readonly unmount: () => Promise<void>;
};

/** Undefined where this machine does not let us mount. */
export async function mountDisk(folder: string): Promise<Disk | undefined> {
  // Where it is made smaller and larger, whatever lies over the folder.
  const base = `${folder}.disk`;
  for (const place of [folder, base]) await mkdir(place, { recursive: true, mode: 0o700 });
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${ROOM},mode=700`, 'chaos', base]);
    await run('mount', ['--bind', base, folder]);
  } catch {
    return undefined;
  }
  let overlays = 0;
  const resize = (size: string) => run('mount', ['-o', `remount,size=${size}`, base]);
  const writable = async () => {
    while (overlays > 0) {
      overlays -= 1;
      // What was opened through it is held by whoever opened it, and goes with them.
      await run('umount', ['-l', folder]);
    }
  };
  return {
    shrink: async (leftBytes) => {
      // Refused where more was written meanwhile than it is to hold.
      for (let attempt = 1; ; attempt++) {
        const { blocks, bfree, bsize } = await statfs(base);
        try {
          await resize(`${(blocks - bfree) * bsize + leftBytes}`);
          return;
        } catch (error) {
          if (attempt === 50) throw error;
        }
      }
    },
    grow: async () => {
      await resize(ROOM);
    },
    readOnly: async () => {
      // A remount of the disk itself is refused while files are open for writing.
      // Made so to one side, where nobody opens a file while it is done, and laid over the folder as a whole.
      const side = `${folder}.read-only`;
      await mkdir(side, { recursive: true });
      await run('mount', ['--bind', folder, side]);
      await run('mount', ['-o', 'remount,bind,ro', side]);
      await run('mount', ['--bind', side, folder]);
      overlays += 1;
      await run('umount', [side]);
    },
    writable,
    unmount: async () => {
      await writable();
      await run('umount', [folder]);
      await run('umount', [base]);
    },
  };
}
