import type { Log } from '../log.ts';
import { PEOPLE } from '../store/sql-behind.ts';
import type { Store } from '../store/store.ts';
import type { BackupFolder } from './folder.ts';
import { settlePeople, settleSession, withKeyLock } from './keys.ts';

type Needs = {
  readonly store: Store;
  readonly folder: BackupFolder;
  readonly log: Log;
  readonly clock: () => number;
};

/**
 * The same store, whose deletions reach the backups, too: what was deleted goes out of the folder's keys when it is scrubbed, which
 * every deletion waits for. Where the folder cannot be reached, `scrub` is false, as where another program reads the database:
 * the erasure of a person is not signed, and it is tried again each minute. What is left to do is in the database, written with
 * the deletion: also what another instance deleted, or this one before it ended.
 */
export function forgettingStore({ store, folder, log, clock }: Needs): Store {
  let isTold = false;

  async function forget(): Promise<boolean> {
    const all = await store.behind();
    for (const [index, one] of all.entries()) {
      const settled = await withKeyLock(folder, async () => {
        if (one.of === PEOPLE) await settlePeople({ store }, folder);
        else await settleSession({ store }, folder, one.of);
      });
      if (settled.ok) {
        await store.settleBehind(one);
        continue;
      }
      const { code: error_code, detail = '' } = settled.error;
      const cause = `${all.length - index} deletions wait for the backups: ${detail}`;
      if (!isTold) log({ at: new Date(clock()).toISOString(), type: 'fault', error_code, cause });
      isTold = true;
      return false;
    }
    isTold = false;
    return true;
  }

  return {
    ...store,
    async scrub() {
      const isScrubbed = await store.scrub();
      return (await forget()) && isScrubbed;
    },
  };
}
