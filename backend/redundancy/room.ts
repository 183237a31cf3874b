import { statfs } from 'node:fs/promises';
import { fail, ok, type Result } from '../../contract/result.ts';

/** What second copies leave free of their disk: by default recordings arrive on the same one, and must not find it full. */
const FLOOR_BYTES = 1_000_000_000;
/** Of a small disk: one part in so many. */
const FLOOR_PART = 20;

/** Whether the disk of the second copies takes `bytes` more, and has room left then. Error: `copies-disk-low`. */
export async function checkRoom(folder: string, bytes: number): Promise<Result<void>> {
  const { blocks, bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const floor = Math.min(FLOOR_BYTES, (blocks * bsize) / FLOOR_PART);
  return free - bytes >= floor ? ok(undefined) : fail('copies-disk-low', `${megabytes(free)} left`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0)} MB`;
}
