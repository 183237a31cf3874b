import { faultOf } from '../log.ts';
import type { Parts } from '../parts.ts';
import { isFreshlyRestored } from '../store/service-id.ts';
import { completeIfStopping } from './complete.ts';

/** Sessions that fragments were being taken for when the service ended. */
const UNDER_WAY = ['starting', 'active', 'paused', 'stopping'] as const;

/**
 * Finishes what was cut short when the service ended last: deletions, fragments that were written and not recorded, and sessions
 * whose last fragment came.
 */
export async function recover(parts: Parts): Promise<void> {
  if (parts.isOnly && !(await isFreshlyRestored(parts.store)))
    for (const status of UNDER_WAY)
      for (const id of await parts.store.sessionIds(status))
        await orTold(parts, () => parts.turns(id, () => removeUnrecorded(parts, id)));
  for (const id of await removeOrphans(parts))
    await orTold(parts, () => parts.turns(id, () => removeDestroyed(parts, id)));
  for (const id of await parts.store.sessionIds('stopping'))
    await orTold(parts, () =>
      parts.turns(id, async () => {
        const session = await parts.store.session(id);
        if (session !== undefined) await completeIfStopping(parts, session);
      }),
    );
}

type Telling = Pick<Parts, 'log' | 'clock'>;

/** One session that fails must not keep the others waiting: it is tried again the next time. */
async function orTold({ log, clock }: Telling, work: () => Promise<void>): Promise<void> {
  await work().catch((error) => log(faultOf(error, clock())));
}

/** Removes the blobs of sessions that nobody knows; answers the others of which there are any. */
export async function removeOrphans(parts: Pick<Parts, 'blobs' | 'store'> & Telling): Promise<string[]> {
  const { blobs, store } = parts;
  // The folders first: a session that begins meanwhile has none among them.
  const folders = await blobs.sessionIds();
  const known = new Set(await store.sessionIds());
  if (await isFreshlyRestored(store)) return folders.filter((id) => known.has(id));
  for (const id of folders) if (!known.has(id)) await orTold(parts, () => blobs.removeSession(id));
  return folders.filter((id) => known.has(id));
}

/**
 * A fragment is written and recorded within a turn of its session: what is not recorded in one is of nobody, where there is no other
 * instance: one that stood still or lost its lock may yet record what it wrote, and a commit may yet become visible. The recorder
 * had no receipt for it, and sends it again.
 */
async function removeUnrecorded({ store, blobs }: Parts, sessionId: string): Promise<void> {
  for (const { id: streamId } of await store.streamsOf([sessionId])) {
    const names = await blobs.names(sessionId, streamId);
    const recorded = new Set((await store.fragmentsOf(streamId)).map(({ blob }) => blob));
    for (const name of names)
      if (!recorded.has(name)) await blobs.remove({ sessionId, streamId, take: 0, sequence: 0 }, name);
  }
}

/** Blobs whose key was destroyed just before the service ended. */
async function removeDestroyed({ store, blobs }: Parts, sessionId: string): Promise<void> {
  for (const { id, wrappedKey } of await store.streamsOf([sessionId]))
    if (wrappedKey === '') await blobs.removeStream(sessionId, id);
}
