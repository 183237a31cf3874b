import { join } from 'node:path';
import { newAttempts } from './access/attempts.ts';
import { newSeenProofs } from './access/proof.ts';
import { newSockets } from './access/sockets.ts';
import { newTickets } from './access/tickets.ts';
import { anchorAt, anchorPlace } from './audit/anchor.ts';
import { newStrangers } from './audit/bursts.ts';
import { newAudit } from './audit/log.ts';
import { backupFolder } from './backup/folder.ts';
import { forgettingStore } from './backup/forget.ts';
import type { Blobs } from './blobs/blobs.ts';
import { blobsOnDisk } from './blobs/disk.ts';
import { newLive } from './live/hub.ts';
import type { Parts } from './parts.ts';
import { policiesOf } from './policy/in-force.ts';
import { signerWith } from './secrets/signer.ts';
import { newEvents } from './session/events.ts';
import type { StoreConfig } from './store/open.ts';
import type { OpenedStore } from './store/prepared.ts';
import type { Store } from './store/store.ts';
import { newTurns } from './turns.ts';

export type PartsConfig = StoreConfig & {
  /** File that the heads of the audit logs are kept in, best on another disk; default: one in the data folder. */
  readonly auditAnchor?: string;
  /** Folder of the backups, which deletions reach, too. */
  readonly backupTo?: string | undefined;
} & Pick<Parts, 'clock' | 'log' | 'targets' | 'publicUrl' | 'origins' | 'behindProxy'> & {
    /** Told of everything that was written to be sent. */
    readonly wake: () => void;
  };

/** Where this service keeps its blobs. */
export function blobsFor({ dataDir }: StoreConfig): Blobs {
  return blobsOnDisk(join(dataDir, 'blobs'));
}

/** All of the service but the port it listens on. */
export async function partsOver(opened: OpenedStore, config: PartsConfig): Promise<Parts> {
  const { keyring } = opened;
  const { clock, log, targets, publicUrl, origins, behindProxy } = config;
  const store = toldTo(config, opened.store);
  const signer = await signerWith(keyring.signingKey);
  const turns = newTurns();
  const audit = newAudit(store, turns, clock, anchorAt(anchorPlace(config), { store, signer, clock, log }));
  const events = newEvents(store, clock, config.wake);
  return {
    ...{ store, keyring, signer, turns, audit, events, targets },
    ...{ clock, log, publicUrl, origins, behindProxy },
    blobs: blobsFor(config),
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

function toldTo({ backupTo, log, clock }: PartsConfig, store: Store): Store {
  return backupTo === undefined
    ? store
    : forgettingStore({ store, folder: backupFolder(backupTo), log, clock });
}
