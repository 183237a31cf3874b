import type { FragmentReceipt } from '../../contract/wire.ts';
import type { Keyring } from '../secrets/keyring.ts';
import type { Place } from '../store/records.ts';
import type { Store } from '../store/store.ts';

/** The last fragment of a stream that is live only: all that is remembered of it. */
export type Passed = Place & {
  readonly bytes: number;
  /** Unix time in milliseconds. */
  readonly receivedAt: number;
  /** Whether a fragment of this SHA-256 is the same. */
  readonly is: (sha256: string) => boolean;
};

/** What was passed on last, by stream. */
export type PassedOn = {
  last(streamId: string): Promise<Passed | undefined>;
  note(receipt: FragmentReceipt): Promise<void>;
  forget(streamIds: readonly string[]): Promise<void>;
};

/** In memory: a restart forgets it. */
export function passedOnHere(): PassedOn {
  const last = new Map<string, FragmentReceipt>();
  return {
    async last(streamId) {
      const found = last.get(streamId);
      if (found === undefined) return undefined;
      const { take, sequence, bytes, received_at: receivedAt, sha256 } = found;
      return { take, sequence, bytes, receivedAt, is: (other) => other === sha256 };
    },
    note: async (receipt) => void last.set(receipt.rtstream_id, receipt),
    async forget(streamIds) {
      for (const id of streamIds) last.delete(id);
    },
  };
}

/** For several instances, any of which may get the next one. A keyed mark stands for the digest: media leave none there. */
export function passedOnAcross(store: Store, keyring: Keyring): PassedOn {
  const markOf = (streamId: string, sha256: string) => keyring.markOf('passed on', streamId, sha256);
  return {
    async last(streamId) {
      const found = await store.passedOn(streamId);
      if (found === undefined) return undefined;
      const { mark, ...passed } = found;
      return { ...passed, is: (sha256) => markOf(streamId, sha256) === mark };
    },
    note({ rtstream_id: streamId, take, sequence, bytes, received_at: receivedAt, sha256 }) {
      const mark = markOf(streamId, sha256);
      return store.notePassedOn(streamId, { take, sequence, bytes, receivedAt, mark });
    },
    forget: (streamIds) => store.forgetPassedOn(streamIds),
  };
}
