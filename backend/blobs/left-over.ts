import { faultOf } from '../log.ts';
import type { Parts } from '../parts.ts';

/**
 * Waits for the removal of blobs whose key is destroyed. Where the store does not answer now that is told, and done later: nobody
 * can open them, and what was asked for is done.
 */
export async function removedOrLeft({ log, clock }: Parts, removing: Promise<void>): Promise<void> {
  await removing.catch((error) => log(faultOf(error, clock())));
}
