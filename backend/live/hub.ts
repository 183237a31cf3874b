import type { LiveHeader } from '../../contract/wire.ts';

/** A subscriber is skipped while more than this waits to be sent to it: about three seconds of 1080p. */
export const MAX_WAITING_BYTES = 8 * 1024 * 1024;

export type LiveFragment = { readonly header: LiveHeader; readonly bytes: Uint8Array };

/** Where a subscriber's frames go: a WebSocket, or anything like it. */
export type Outlet = {
  readonly waitingBytes: () => number;
  readonly text: (frame: string) => void;
  readonly binary: (frame: Uint8Array) => void;
  readonly end: () => void;
};

/** Passes fragments on to those who listen now, and keeps nothing but the init segment of the current take. */
export type Hub = {
  passOn(fragment: LiveFragment): void;
  /** The init segment of the current take, where this process has seen it. */
  initOf(streamId: string): LiveFragment | undefined;
  /** Another process has seen this one; a later one stays. */
  know(init: LiveFragment): void;
  /** `init`, where given, is sent first. Answers how to unsubscribe. */
  subscribe(streamId: string, outlet: Outlet, init: LiveFragment | undefined): () => void;
  /** Tells the subscribers that nothing follows and forgets the stream. */
  end(streamId: string): void;
  /** Of which anything is remembered. */
  streamIds(): string[];
};

/** `lacksInit`: the init segment of the current take was skipped too, and is owed. */
type Subscriber = { readonly outlet: Outlet; skipped: number; lacksInit: boolean };

export function newHub(): Hub {
  const inits = new Map<string, LiveFragment>();
  const subscribers = new Map<string, Set<Subscriber>>();
  return {
    passOn(fragment) {
      const { rtstream_id: streamId, sequence } = fragment.header;
      if (sequence === 0) inits.set(streamId, fragment);
      for (const subscriber of subscribers.get(streamId) ?? [])
        offer(subscriber, fragment, inits.get(streamId));
    },

    initOf: (streamId) => inits.get(streamId),

    know(init) {
      const { rtstream_id: streamId, take } = init.header;
      if ((inits.get(streamId)?.header.take ?? 0) < take) inits.set(streamId, init);
    },

    streamIds: () => [...new Set([...inits.keys(), ...subscribers.keys()])],

    subscribe(streamId, outlet, init) {
      const subscriber = { outlet, skipped: 0, lacksInit: false };
      const listening = subscribers.get(streamId) ?? new Set();
      subscribers.set(streamId, listening.add(subscriber));
      if (init !== undefined) offer(subscriber, init, undefined);
      return () => {
        listening.delete(subscriber);
        if (listening.size === 0 && subscribers.get(streamId) === listening) subscribers.delete(streamId);
      };
    },

    end(streamId) {
      for (const subscriber of subscribers.get(streamId) ?? []) {
        tellSkipped(subscriber);
        endOutlet(subscriber.outlet);
      }
      subscribers.delete(streamId);
      inits.delete(streamId);
    },
  };
}

/** Says that nothing (more) follows and closes. */
export function endOutlet(outlet: Outlet): void {
  outlet.text(JSON.stringify({ type: 'ended' }));
  outlet.end();
}

function offer(subscriber: Subscriber, fragment: LiveFragment, init: LiveFragment | undefined): void {
  const isInit = fragment.header.sequence === 0;
  if (subscriber.outlet.waitingBytes() > MAX_WAITING_BYTES) {
    if (isInit) subscriber.lacksInit = true;
    else subscriber.skipped++;
    return;
  }
  tellSkipped(subscriber);
  // Nothing of the take could be decoded without it.
  if (subscriber.lacksInit && !isInit && init !== undefined) send(subscriber.outlet, init);
  subscriber.lacksInit = false;
  send(subscriber.outlet, fragment);
}

function send(outlet: Outlet, { header, bytes }: LiveFragment): void {
  outlet.text(JSON.stringify(header));
  outlet.binary(bytes);
}

function tellSkipped(subscriber: Subscriber): void {
  if (subscriber.skipped === 0) return;
  subscriber.outlet.text(JSON.stringify({ type: 'dropped', count: subscriber.skipped }));
  subscriber.skipped = 0;
}
