import { compareKeys, INIT_SEQUENCE } from '../../contract/fragment.ts';
import type { Parcel, Peers } from '../instances/peers.ts';
import type { Place } from '../store/records.ts';
import type { Hub, LiveFragment, Outlet } from './hub.ts';

/** Passes fragments on to those who listen now, at whichever instance they do. Nothing of it is written anywhere. */
export type Live = {
  /** To be called in the session's turn. */
  passOn(fragment: LiveFragment): Promise<void>;
  /** The init segment of the current take, where any instance has seen it. */
  initOf(streamId: string): Promise<LiveFragment | undefined>;
  /**
   * The init segment is sent first; `stored` reads it from the store where it is in no memory. To be called in the
   * session's turn, so that no fragment falls between the two. Answers how to unsubscribe.
   */
  subscribe(
    streamId: string,
    outlet: Outlet,
    stored: () => Promise<LiveFragment | undefined>,
  ): Promise<() => void>;
  /** Tells the subscribers here that nothing follows and forgets the stream. */
  end(streamId: string): void;
  /** Of which anything is remembered here. */
  streamIds(): string[];
};

export function liveOver(hub: Hub, peers: Peers): Live {
  /** The place of the last fragment that others handed over: one that was held up on its way is late, and let go. */
  const handed = new Map<string, Place>();
  peers.on('fragment', ({ header }, bytes) => {
    const last = handed.get(header.rtstream_id);
    const isLater = last === undefined || compareKeys(last, header) < 0;
    // An init segment may come again, where the process that had it is gone.
    if (!isLater && header.sequence !== INIT_SEQUENCE) return undefined;
    if (isLater) handed.set(header.rtstream_id, { take: header.take, sequence: header.sequence });
    hub.passOn({ header, bytes });
    return undefined;
  });
  peers.on('init', ({ streamId }) => parcelOf(hub.initOf(streamId)));

  async function initOf(streamId: string): Promise<LiveFragment | undefined> {
    for (const { message, bytes } of await peers.ask({ kind: 'init', streamId }))
      if (message.kind === 'fragment' && message.header.rtstream_id === streamId)
        hub.know({ header: message.header, bytes });
    return hub.initOf(streamId);
  }

  return {
    async passOn(fragment) {
      hub.passOn(fragment);
      const { header, bytes } = fragment;
      await peers.hand(topicOf(header.rtstream_id), { kind: 'fragment', header }, bytes);
    },

    initOf,

    async subscribe(streamId, outlet, stored) {
      // A gap shows in the numbers of the fragments; there is nothing to be told.
      const listening = peers.listen(topicOf(streamId), () => undefined);
      await listening.ready;
      const init = newest(await initOf(streamId), await stored());
      const unsubscribe = hub.subscribe(streamId, outlet, init);
      return () => {
        listening.now();
        unsubscribe();
      };
    },

    end(streamId) {
      handed.delete(streamId);
      hub.end(streamId);
    },

    streamIds: hub.streamIds,
  };
}

function topicOf(streamId: string): string {
  return `stream ${streamId}`;
}

function parcelOf(fragment: LiveFragment | undefined): Parcel | undefined {
  return fragment && { message: { kind: 'fragment', header: fragment.header }, bytes: fragment.bytes };
}

/** The init segment of the later take. */
function newest(one: LiveFragment | undefined, other: LiveFragment | undefined): LiveFragment | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one.header.take >= other.header.take ? one : other;
}
