import type { FragmentReceipt } from '../contract/wire.ts';
import type { Tickets } from './access/tickets.ts';
import type { Blobs } from './blobs/blobs.ts';
import type { Keyring } from './blobs/keys.ts';
import type { Live } from './live/hub.ts';
import type { Log } from './log.ts';
import type { Events } from './session/events.ts';
import type { Store } from './store/store.ts';
import type { Turns } from './turns.ts';

/** What the service is made of; routes and rules get all of it and hold nothing themselves. */
export type Parts = {
  readonly store: Store;
  readonly blobs: Blobs;
  readonly keyring: Keyring;
  readonly live: Live;
  readonly events: Events;
  readonly tickets: Tickets;
  /** One turn per session: whatever changes a session or its streams waits for the change before it. */
  readonly turns: Turns;
  /** Ephemeral streams: the receipt of the last fragment, which is all that is remembered of it. */
  readonly passedOn: Map<string, FragmentReceipt>;
  /** Unix time in milliseconds. */
  readonly clock: () => number;
  readonly log: Log;
  /** Where clients reach the service, e.g. `https://media.example.org`, without a slash at the end. */
  readonly publicUrl: () => string;
};
