import { faultOf, type Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import { HOP_HEADER, headerOf, newEnvelope, openedParcel, sealedParcel } from './hop.ts';
import type { Hear, Message, MessageOf, Parcel, Peers } from './peers.ts';

/** So long a fragment waits for one instance; those who listen there miss it then. */
const PATIENCE_MS = 1000;
/** So long an instance that did not take something is left alone. */
const REST_MS = 3000;
const NOTHING = new Uint8Array();

type Peer = { readonly id: string; readonly url: string };

export type PeersAcross = Peers & {
  /** What is answered to a parcel of another instance. */
  readonly heard: (parcel: Parcel) => Parcel | undefined;
  /** Looks whether the others hand over still what is listened to here, and listens again where not. */
  readonly check: () => Promise<void>;
};

/** The way to the other instances on the same database: HTTP, to their internal addresses. */
export function peersAcross(of: {
  readonly id: string;
  readonly store: Store;
  readonly key: Uint8Array;
  readonly clock: () => number;
  readonly log: Log;
}): PeersAcross {
  const { id, store, key, clock, log } = of;
  const hearing: { [K in Message['kind']]?: Hear<K> } = {};
  /** By topic, each with those who are told when something was lost. `isTold`: the others know. */
  const topics = new Map<string, { readonly lost: Set<() => void>; isTold: boolean }>();
  const restingUntil = new Map<string, number>();
  let told: Promise<void> = Promise.resolve();

  async function post(to: Peer, message: Message, bytes: Uint8Array): Promise<Parcel | undefined> {
    const envelope = newEnvelope(id, to.id, clock());
    const response = await fetch(`${to.url}/instance`, {
      method: 'POST',
      headers: { [HOP_HEADER]: headerOf(key, envelope), 'content-type': 'application/octet-stream' },
      body: sealedParcel(key, envelope, 'to', { message, bytes }),
      signal: AbortSignal.timeout(PATIENCE_MS),
      redirect: 'error',
    });
    const body = new Uint8Array(await response.arrayBuffer());
    if (response.status === 204) return undefined;
    const parcel = response.status === 200 ? openedParcel(key, envelope, 'back', body) : undefined;
    if (parcel === undefined) throw new Error(`an instance answered ${response.status}`);
    return parcel;
  }

  /** False where it did not get there. One that does not answer is left alone for a while: nobody waits for it meanwhile. */
  async function sent(to: Peer, message: Message, bytes: Uint8Array): Promise<boolean> {
    if ((restingUntil.get(to.id) ?? 0) > performance.now()) return false;
    try {
      await post(to, message, bytes);
      return true;
    } catch {
      restingUntil.set(to.id, performance.now() + REST_MS);
      return false;
    }
  }

  async function tellNow(topic: string, message: Message): Promise<void> {
    const to = await store.listeners(topic, id);
    await Promise.all(
      to.map(async (peer) => {
        // What was lost is missed there: who listened connects again, and asks what there is.
        if (!(await sent(peer, message, NOTHING))) await store.dropListening(topic, peer.id);
      }),
    );
  }

  /** Whether it is listened to is as it was when its turn in the queue comes. */
  let noting: Promise<void> = Promise.resolve();
  function noted(topic: string): Promise<void> {
    noting = noting
      .then(async () => {
        const wanted = topics.get(topic);
        if (wanted === undefined) await store.dropListening(topic, id);
        else if (!wanted.isTold) {
          await store.addListening(topic, id);
          wanted.isTold = true;
        }
      })
      .catch((error) => log(faultOf(error, clock())));
    return noting;
  }

  return {
    on(kind, hear) {
      Object.assign(hearing, { [kind]: hear });
    },

    heard: ({ message, bytes }) => hearIn(hearing, message, bytes) ?? undefined,

    listen(topic, lost) {
      const listening = topics.get(topic) ?? { lost: new Set(), isTold: false };
      topics.set(topic, listening);
      // A function of its own: the same may listen twice.
      const mine = () => lost();
      listening.lost.add(mine);
      return {
        ready: noted(topic),
        now() {
          listening.lost.delete(mine);
          if (listening.lost.size > 0 || topics.get(topic) !== listening) return;
          topics.delete(topic);
          void noted(topic);
        },
      };
    },

    async hand(topic, message, bytes = NOTHING) {
      const to = await store.listeners(topic, id);
      await Promise.all(to.map((peer) => sent(peer, message, bytes)));
    },

    tell(topic, message) {
      told = told.then(() => tellNow(topic, message)).catch((error) => log(faultOf(error, clock())));
    },

    settled: () => told,

    async ask(message) {
      const asked = (await store.listeners(null, id)).map((peer) => post(peer, message, NOTHING));
      const answers = await Promise.allSettled(asked);
      return answers.flatMap((answer) => (answer.status === 'fulfilled' ? (answer.value ?? []) : []));
    },

    async check() {
      const known = new Set(await store.listeningOf(id));
      for (const [topic, listening] of topics) {
        if (listening.isTold && known.has(topic)) continue;
        if (listening.isTold) for (const lost of [...listening.lost]) lost();
        listening.isTold = false;
        await noted(topic);
      }
    },
  };
}

function hearIn<K extends Message['kind']>(
  hearing: { readonly [E in K]?: Hear<E> },
  heard: MessageOf<K>,
  bytes: Uint8Array,
): ReturnType<Hear<K>> {
  const hear: Hear<K> | undefined = hearing[heard.kind as K];
  return hear?.(heard, bytes);
}
