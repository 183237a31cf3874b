import type { Parts } from '../parts.ts';
import { completeIfStopping } from './complete.ts';

/** Finishes what was cut short when the service ended last: deletions, and sessions whose last fragment came. */
export async function recover(parts: Parts): Promise<void> {
  // The folders first: a session that begins meanwhile has none among them.
  const folders = await parts.blobs.sessionIds();
  const known = new Set(await parts.store.sessionIds());
  for (const id of folders) {
    if (!known.has(id)) await parts.blobs.removeSession(id);
    else await parts.turns(id, () => removeDestroyed(parts, id));
  }
  for (const id of await parts.store.sessionIds('stopping'))
    await parts.turns(id, async () => {
      const session = await parts.store.session(id);
      if (session !== undefined) await completeIfStopping(parts, session);
    });
}

/** Blobs whose key was destroyed just before the service ended. */
async function removeDestroyed({ store, blobs }: Parts, sessionId: string): Promise<void> {
  for (const { id, wrappedKey } of await store.streamsOf([sessionId]))
    if (wrappedKey === '') await blobs.removeStream(sessionId, id);
}
