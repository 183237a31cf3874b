import { z } from 'zod';
import { lifecycleEvent, liveHeader } from '../../contract/wire.ts';

/** What one instance says to another. */
export const message = z.discriminatedUnion('kind', [
  /** A fragment that is live; its bytes follow. */
  z.object({ kind: z.literal('fragment'), header: liveHeader }),
  z.object({ kind: z.literal('event'), audience: z.string(), event: lifecycleEvent }),
  /** Asks for the init segment of the current take. */
  z.object({ kind: z.literal('init'), streamId: z.string() }),
]);
export type Message = z.infer<typeof message>;
type Kind = Message['kind'];
export type MessageOf<K extends Kind> = Extract<Message, { kind: K }>;

/** A message with the bytes that belong to it. */
export type Parcel<M extends Message = Message> = { readonly message: M; readonly bytes: Uint8Array };

/** What is answered to a message of this kind: a parcel, or nothing. */
export type Hear<K extends Kind> = (message: MessageOf<K>, bytes: Uint8Array) => Parcel | undefined;

/** Stops listening: `now` at once, `ready` says when the others know that one listens. */
export type Listening = { readonly now: () => void; readonly ready: Promise<void> };

/** The other instances of the service. What is handed to them is in memory on both sides, and nowhere else. */
export type Peers = {
  /** What to do with what others say. */
  on<K extends Kind>(kind: K, hear: Hear<K>): void;
  /** From now on others hand over what belongs to the topic. `lost` is called where they may have failed to. */
  listen(topic: string, lost: () => void): Listening;
  /** To those who listen, in the order of the calls; resolves when they have it or were given up. */
  hand(topic: string, message: Message, bytes?: Uint8Array): Promise<void>;
  /** The same in the background. Whoever does not get it is told that it lost something. */
  tell(topic: string, message: Message): void;
  /** When all that was told in the background has come to its end. */
  settled(): Promise<void>;
  /** What the others answer, those at least that do so at once. */
  ask(message: Message): Promise<Parcel[]>;
};

/** One instance by itself. */
export const NO_PEERS: Peers = {
  on: () => undefined,
  listen: () => ({ now: () => undefined, ready: Promise.resolve() }),
  hand: async () => undefined,
  tell: () => undefined,
  settled: async () => undefined,
  ask: async () => [],
};
