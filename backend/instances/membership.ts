import { faultOf } from '../log.ts';
import type { Parts } from '../parts.ts';
import type { InstanceRecord } from '../store/records.ts';
import type { PeersAcross } from './across.ts';

/** How often an instance says that it is there, and looks who is not any more, in milliseconds. */
const BEAT_MS = 3000;
/** Silent for so long, it is taken for gone. It comes back with its next beat. */
const SILENT_MS = 15_000;
/** How often what is listened to here is looked after, in milliseconds. */
const LOOK_MS = 1000;

/** Is one of the instances, until that is ended. Rejects where the database does not answer. */
export async function member(
  parts: Parts,
  self: InstanceRecord,
  peers: PeersAcross,
): Promise<() => Promise<void>> {
  const { store, live, log, clock } = parts;
  const beat = async () => {
    await store.noteInstance(self);
    await store.forgetSilentInstances(SILENT_MS);
  };
  const look = async () => {
    await peers.check();
    // Their end may have been told at another instance.
    for (const id of await store.endedStreams(live.streamIds())) live.end(id);
  };
  const every = (ms: number, work: () => Promise<void>) => {
    let working: Promise<void> | undefined;
    const timer = setInterval(() => {
      working ??= work()
        .catch((error) => log(faultOf(error, clock())))
        .finally(() => {
          working = undefined;
        });
    }, ms);
    return async () => {
      clearInterval(timer);
      await working;
    };
  };
  await beat();
  const ends = [every(BEAT_MS, beat), every(LOOK_MS, look)];
  return async () => {
    for (const end of ends) await end();
    await store.forgetInstance(self.id).catch(() => undefined);
  };
}
