import { join } from 'node:path';
import { newAttempts } from './access/attempts.ts';
import { newSeenProofs } from './access/proof.ts';
import { newSockets } from './access/sockets.ts';
import { newTickets } from './access/tickets.ts';
import { anchorAt, anchorPlace } from './audit/anchor.ts';
import { newStrangers } from './audit/bursts.ts';
import { newAudit } from './audit/log.ts';
import { blobsOnDisk } from './blobs/disk.ts';
import { newLive } from './live/hub.ts';
import type { Parts } from './parts.ts';
import { policiesOf } from './policy/in-force.ts';
import { signerWith } from './secrets/signer.ts';
import { newEvents } from './session/events.ts';
import type { StoreConfig } from './store/open.ts';
import type { OpenedStore } from './store/prepared.ts';
import { newTurns } from './turns.ts';

export type PartsConfig = StoreConfig & {
  /** File that the heads of the audit logs are kept in, best on another disk; default: one in the data folder. */
  readonly auditAnchor?: string;
} & Pick<Parts, 'clock' | 'log' | 'targets' | 'publicUrl' | 'origins' | 'behindProxy'> & {
    /** Told of everything that was written to be sent. */
    readonly wake: () => void;
  };

/** All of the service but the port it listens on. */
export async function partsOver({ store, keyring }: OpenedStore, config: PartsConfig): Promise<Parts> {
  const { dataDir, clock, log, targets, publicUrl, origins, behindProxy } = config;
  const signer = await signerWith(keyring.signingKey);
  const turns = newTurns();
  const audit = newAudit(store, turns, clock, anchorAt(anchorPlace(config), { store, signer, clock, log }));
  const events = newEvents(store, clock, config.wake);
  return {
    ...{ store, keyring, signer, turns, audit, events, targets },
    ...{ clock, log, publicUrl, origins, behindProxy },
    blobs: blobsOnDisk(join(dataDir, 'blobs')),
    policies: policiesOf(store, signer, clock),
    strangers: newStrangers({ audit, events, clock }),
    live: newLive(),
    tickets: newTickets(),
    attempts: newAttempts(),
    seenProofs: newSeenProofs(clock()),
    sockets: newSockets(),
    passedOn: new Map(),
  };
}
