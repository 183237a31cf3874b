import type { LifecycleEvent, TenantEvent } from '../../contract/wire.ts';
import { tenantLetters } from '../events/letters.ts';
import type { Listening, Peers } from '../instances/peers.ts';
import type { Environment, Json } from '../store/records.ts';
import type { Store } from '../store/store.ts';

type Listener = (event: LifecycleEvent) => void;

/** Whose events: those of one collection, as keys of one environment see it. */
export type Audience = {
  readonly tenantId: string;
  readonly environment: Environment;
  readonly collectionId: string;
};

/** Tells what happens: sessions to those who listen to their collection, all of it to the addresses of your backend. */
export type Events = {
  /** To those who listen. What goes to addresses was written with the change itself and is sent from now on. */
  tell(audience: Audience, event: LifecycleEvent): void;
  /** To the tenant's own address, if there is one. */
  announce(
    tenantId: string,
    event: TenantEvent['event'],
    data: { readonly [name: string]: Json },
  ): Promise<void>;
  /** There is something new to send. */
  wake(): void;
  /** `lost` is called where events were told elsewhere and did not come here. */
  listen(audience: Audience, lost: () => void, listener: Listener): Listening;
};

/** `wake` is told of everything that was written to be sent. */
export function newEvents(store: Store, clock: () => number, wake: () => void, peers: Peers): Events {
  const listeners = new Map<string, Set<Listener>>();
  const toListeners = (name: string, event: LifecycleEvent) => {
    for (const listener of listeners.get(name) ?? []) listener(event);
  };
  peers.on('event', ({ audience, event }) => {
    toListeners(audience, event);
    return undefined;
  });
  return {
    wake,
    tell(audience, event) {
      wake();
      const name = nameOf(audience);
      toListeners(name, event);
      peers.tell(topicOf(name), { kind: 'event', audience: name, event });
    },
    async announce(tenantId, event, data) {
      const own = (await store.webhook(tenantId))?.url ?? null;
      await store.addLetters(tenantLetters({ tenantId, own }, { event, timestamp: clock(), data }));
      wake();
    },
    listen(audience, lost, listener) {
      const name = nameOf(audience);
      const listening = listeners.get(name) ?? new Set();
      listeners.set(name, listening.add(listener));
      const { ready, now } = peers.listen(topicOf(name), lost);
      const stop = () => {
        now();
        listening.delete(listener);
        if (listening.size === 0 && listeners.get(name) === listening) listeners.delete(name);
      };
      return { ready, now: stop };
    },
  };
}

function topicOf(name: string): string {
  return `events ${name}`;
}

function nameOf({ tenantId, environment, collectionId }: Audience): string {
  return JSON.stringify([tenantId, environment, collectionId]);
}
