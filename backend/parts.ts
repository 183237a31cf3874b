import type { Attempts } from './access/attempts.ts';
import type { SeenProofs } from './access/proof.ts';
import type { Sockets } from './access/sockets.ts';
import type { Tickets } from './access/tickets.ts';
import type { Strangers } from './audit/bursts.ts';
import type { Audit } from './audit/log.ts';
import type { Blobs } from './blobs/blobs.ts';
import type { Targets } from './events/targets.ts';
import type { Live } from './live/live.ts';
import type { PassedOn } from './live/passed-on.ts';
import type { Log } from './log.ts';
import type { Policies } from './policy/in-force.ts';
import type { Redundancy } from './redundancy/redundancy.ts';
import type { Keyring } from './secrets/keyring.ts';
import type { Signer } from './secrets/signer.ts';
import type { Events } from './session/events.ts';
import type { Store } from './store/store.ts';
import type { Alone, Turns } from './turns.ts';

/** What the service is made of; routes and rules get all of it and hold nothing themselves. */
export type Parts = {
  readonly store: Store;
  readonly blobs: Blobs;
  readonly redundancy: Redundancy;
  readonly keyring: Keyring;
  readonly signer: Signer;
  readonly policies: Policies;
  readonly audit: Audit;
  /** Those who were not recognised. */
  readonly strangers: Strangers;
  readonly live: Live;
  readonly events: Events;
  /** Where events may be sent. */
  readonly targets: Targets;
  readonly tickets: Tickets;
  readonly attempts: Attempts;
  readonly seenProofs: SeenProofs;
  readonly sockets: Sockets;
  /** Whether no other instance can be at the same data: what is there and not recorded is of nobody then. */
  readonly isOnly: boolean;
  /** What only one instance is to do at a time: false where another does it, or has done it just now. */
  readonly alone: Alone;
  /** One turn per session: whatever changes a session or its streams waits for the change before it. */
  readonly turns: Turns;
  /** Ephemeral streams: what came last. */
  readonly passedOn: PassedOn;
  /** Unix time in milliseconds. */
  readonly clock: () => number;
  readonly log: Log;
  /** Where clients reach the service, e.g. `https://media.example.org`, without a slash at the end. */
  readonly publicUrl: () => string;
  /** All addresses, as `publicUrl`, by which a client may know it: proofs of possession are made for one of them. */
  readonly origins: () => readonly string[];
  /** Whether a proxy of the admin's stands in front, whose word on who asks is taken. */
  readonly behindProxy: boolean;
};
