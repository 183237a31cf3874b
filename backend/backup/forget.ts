import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { BackupFolder } from './folder.ts';
import { sessionsWithKeys, settlePeople, settleSession, withKeyLock } from './keys.ts';

type Needs = {
  readonly store: Store;
  readonly folder: BackupFolder;
  readonly log: Log;
  readonly clock: () => number;
};

/**
 * The same store, whose deletions reach the backups, too: what it deletes goes out of the folder's keys when it is scrubbed, which
 * every deletion waits for. Where the folder cannot be reached, `scrub` is false, as where another program reads the database:
 * the erasure of a person is not signed, and it is tried again each minute.
 */
export function forgettingStore({ store, folder, log, clock }: Needs): Store {
  const waiting = new Set<string>();
  let isPeopleChanged = false;
  let isTold = false;

  async function forget(): Promise<boolean> {
    if (waiting.size === 0 && !isPeopleChanged) return true;
    const forgotten = await withKeyLock(folder, async () => {
      for (const id of [...waiting]) {
        await settleSession({ store }, folder, id);
        waiting.delete(id);
      }
      if (!isPeopleChanged) return;
      isPeopleChanged = false;
      // Changed again while it is written, it is written again.
      await settlePeople({ store }, folder).catch((error) => {
        isPeopleChanged = true;
        throw error;
      });
    });
    if (!forgotten.ok && !isTold) {
      const cause = `${waiting.size} deletions wait for the backups: ${forgotten.error.detail ?? ''}`;
      log({ at: new Date(clock()).toISOString(), type: 'fault', error_code: forgotten.error.code, cause });
    }
    isTold = !forgotten.ok;
    return forgotten.ok;
  }

  const ofStream = async (streamId: string, work: () => Promise<boolean>): Promise<boolean> => {
    const sessionId = (await store.stream(streamId))?.sessionId;
    const isDone = await work();
    if (sessionId !== undefined) waiting.add(sessionId);
    return isDone;
  };
  /** About what a backup has once, as it is now. */
  const asNow = async <T>(work: Promise<T>): Promise<T> => {
    const answer = await work;
    isPeopleChanged = true;
    return answer;
  };

  return {
    ...store,
    async deleteSession(id, tombstone, tell) {
      const isDone = await store.deleteSession(id, tombstone, tell);
      waiting.add(id);
      return isDone;
    },
    async eraseSessions(erasure) {
      const gone = await store.eraseSessions(erasure);
      for (const id of gone) waiting.add(id);
      return gone;
    },
    deleteVideos: (id, tombstone) => ofStream(id, () => store.deleteVideos(id, tombstone)),
    revokeStream: (id, at, erased) => ofStream(id, () => store.revokeStream(id, at, erased)),
    forgetPerson: (...of) => asNow(store.forgetPerson(...of)),
    addRightsRequest: (record) => asNow(store.addRightsRequest(record)),
    changeRightsRequest: (id, change) => asNow(store.changeRightsRequest(id, change)),
    setDestination: (...of) => asNow(store.setDestination(...of)),
    removeDestination: (of) => asNow(store.removeDestination(of)),
    // Its destinations go with it.
    deleteCollection: (...of) => asNow(store.deleteCollection(...of)),
    async scrub() {
      const isScrubbed = await store.scrub();
      return (await forget()) && isScrubbed;
    },
  };
}

/**
 * Takes out of the backups' keys whatever was deleted while nobody told them: the service ended just then, or the folder could
 * not be reached. Error: `backup-unreachable`.
 */
export async function forgetAll(store: Store, folder: BackupFolder) {
  for (const id of await sessionsWithKeys(folder)) {
    const settled = await withKeyLock(folder, () => settleSession({ store }, folder, id));
    if (!settled.ok) return settled;
  }
  return withKeyLock(folder, () => settlePeople({ store }, folder));
}
