import { join } from 'node:path';
import { attemptsAcross, seenProofsAcross, ticketsAcross } from './access/across.ts';
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
import { CREDENTIALS_MAX } from './destinations/destination.ts';
import type { Targets } from './events/targets.ts';
import type { PeersAcross } from './instances/across.ts';
import { NO_PEERS } from './instances/peers.ts';
import { aloneAmong, turnsAcross } from './instances/turns.ts';
import { newHub } from './live/hub.ts';
import { liveOver } from './live/live.ts';
import { passedOnAcross, passedOnHere } from './live/passed-on.ts';
import type { Parts } from './parts.ts';
import { policiesOf } from './policy/in-force.ts';
import { byProcess, type Carrier } from './redundancy/carrier.ts';
import { copiesDirOf } from './redundancy/copies-owner.ts';
import { redundantBlobs } from './redundancy/redundant-blobs.ts';
import { toldOfRestored } from './redundancy/restored.ts';
import { PROBE_MS } from './redundancy/try-destination.ts';
import type { Keyring } from './secrets/keyring.ts';
import { signerWith } from './secrets/signer.ts';
import { newEvents } from './session/events.ts';
import type { StoreConfig } from './store/open.ts';
import type { OpenedStore } from './store/prepared.ts';
import type { Store } from './store/store.ts';
import { newTurns, type Turns } from './turns.ts';

export type PartsConfig = StoreConfig & {
  /** File that the heads of the audit logs are kept in, best on another disk; default: one in the data folder. */
  readonly auditAnchor?: string;
  /** Folder of the backups, which deletions reach, too. */
  readonly backupTo?: string | undefined;
  readonly copies?: CopiesConfig;
} & Pick<Parts, 'clock' | 'log' | 'targets' | 'publicUrl' | 'origins' | 'behindProxy'> & {
    /** Told of everything that was written to be sent. */
    readonly wake: () => void;
    /** The other instances, where there may be such. */
    readonly peers?: PeersAcross;
  };

export type CopiesConfig = {
  /** Where copies may be sent; default: nowhere but to public addresses. */
  readonly targets?: Targets;
  readonly credentialsMax?: number;
  readonly probeMs?: number;
  /** Default: a process of its own for each transfer. */
  readonly carrier?: Carrier;
};

/** Where this service keeps its blobs. */
export async function blobsFor({ dataDir, blobs }: StoreConfig): Promise<Blobs> {
  if (blobs === undefined) return blobsOnDisk(join(dataDir, 'blobs'));
  // The SDK is loaded only where it is used: it takes tens of MiB.
  return (await import('./blobs/s3.ts')).blobsOnS3(blobs);
}

/** All of the service but the port it listens on. */
export async function partsOver(opened: OpenedStore, config: PartsConfig): Promise<Parts> {
  const { keyring, locks } = opened;
  const { clock, log, targets, publicUrl, origins, behindProxy } = config;
  const store = toldTo(config, opened.store);
  const signer = await signerWith(keyring.signingKey);
  const { peers = NO_PEERS } = config;
  const here = newTurns();
  // The chain needs no turns across: an entry that is too late for its place takes the next.
  const audit = newAudit(store, here, clock, anchorAt(anchorPlace(config), { store, signer, clock, log }));
  const events = newEvents(store, clock, config.wake, peers);
  const copiesDir = copiesDirOf(config);
  const copies = blobsOnDisk(copiesDir);
  const isThere = async (streamId: string) => {
    const stream = await store.stream(streamId);
    return stream !== undefined && stream.wrappedKey !== '';
  };
  const onRestored = toldOfRestored({ store, audit, keyring, clock, log });
  return {
    ...{ store, keyring, signer, audit, events, targets, isOnly: locks === undefined },
    ...(locks === undefined
      ? inMemory(here)
      : {
          ...inStore(store, keyring),
          turns: turnsAcross(here, locks, peers.settled),
          alone: aloneAmong(locks),
        }),
    ...{ clock, log, publicUrl, origins, behindProxy },
    blobs: redundantBlobs(await blobsFor(config), copies, isThere, onRestored),
    redundancy: {
      ...{ copies, folder: copiesDir, wake: config.wake },
      targets: config.copies?.targets ?? targets,
      carrier: config.copies?.carrier ?? byProcess,
      credentialsMax: config.copies?.credentialsMax ?? CREDENTIALS_MAX,
      probing: new Set(),
      probeMs: config.copies?.probeMs ?? PROBE_MS,
    },
    policies: policiesOf(store, signer, clock),
    strangers: newStrangers({ audit, events, clock }),
    live: liveOver(newHub(), peers),
    sockets: newSockets(),
  };
}

type Remembered = Pick<Parts, 'tickets' | 'attempts' | 'seenProofs' | 'passedOn'>;

/** What one process by itself remembers. */
function inMemory(turns: Turns): Remembered & Pick<Parts, 'turns' | 'alone'> {
  const beganMs = performance.now();
  return {
    turns,
    alone: async (_, work) => work().then(() => true),
    tickets: newTickets(),
    attempts: newAttempts(),
    seenProofs: newSeenProofs(() => performance.now() - beganMs),
    passedOn: passedOnHere(),
  };
}

function toldTo({ backupTo, log, clock }: PartsConfig, store: Store): Store {
  return backupTo === undefined
    ? store
    : forgettingStore({ store, folder: backupFolder(backupTo), log, clock });
}

/** The same where any of several instances may be asked next. */
function inStore(store: Store, keyring: Keyring): Remembered {
  return {
    tickets: ticketsAcross(store),
    attempts: attemptsAcross(store, keyring),
    seenProofs: seenProofsAcross(store, keyring),
    passedOn: passedOnAcross(store, keyring),
  };
}
