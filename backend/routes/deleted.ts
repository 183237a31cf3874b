import { z } from 'zod';
import { ok, type Result } from '../../contract/result.ts';
import type { Left } from '../redundancy/left.ts';
import type { Deleted } from '../session/delete.ts';

/** Every place elsewhere where recordings may lie, which is the admin's to delete. */
export const copiesLeft = z.array(z.object({ video_id: z.string(), at: z.string() }));

export function leftView(left: readonly Left[]): z.input<typeof copiesLeft> {
  return left.map(({ videoId, at }) => ({ video_id: videoId, at }));
}

/**
 * What is answered to a deletion. `waits`: another program reads the database, or the backups cannot be reached, so its wrapped
 * key is in those files still.
 */
export const deletion = z.object({
  waits: z.boolean(),
  copies_left: copiesLeft,
});

export function deletionOf(deleted: Result<Deleted>): Result<z.input<typeof deletion>> {
  if (!deleted.ok) return deleted;
  const { waits, left } = deleted.value;
  return ok({ waits, copies_left: leftView(left) });
}
