import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail, ok, type Result } from '../contract/result.ts';
import { settingRefused } from '../contract/setting.ts';
import { keepCheckingKeys } from './access/sockets.ts';
import { anchorPlace } from './audit/anchor.ts';
import { type AutomaticBackups, keepBackedUp } from './backup/automatic.ts';
import { removeUnfinished } from './blobs/durable.ts';
import { type CopiesConfig, partsOver } from './compose.ts';
import { serveSecurityText } from './console/security-text.ts';
import { serveConsole } from './console/serve.ts';
import { startOutbox } from './events/outbox.ts';
import { type Resolve, targetsOf } from './events/targets.ts';
import { checkFolders } from './folders.ts';
import { HEARTBEAT_MS, heartOf } from './http/heartbeat.ts';
import { routerOf } from './http/router.ts';
import { peersAcross } from './instances/across.ts';
import {
  addressOf,
  checkShared,
  claimDatabase,
  type InstanceConfig,
  newInstanceId,
} from './instances/join.ts';
import { member } from './instances/membership.ts';
import { serveInstances } from './instances/serve.ts';
import { closed, listening, serverOver } from './listen.ts';
import { claim } from './lock.ts';
import { faultOf, type Log } from './log.ts';
import { openClaimed } from './opened.ts';
import type { Parts } from './parts.ts';
import { claimCopies, copiesDirOf } from './redundancy/copies-owner.ts';
import type { Hands } from './redundancy/hands.ts';
import { keepCopies } from './redundancy/keep-copies.ts';
import { ROUTES } from './routes/table.ts';
import type { MasterSource } from './secrets/master.ts';
import { keepFailingLost } from './session/lost.ts';
import { recover } from './session/recover.ts';
import type { OpenedStore } from './store/prepared.ts';
import { noteStart, serviceIdOf } from './store/service-id.ts';
import { upkeep } from './upkeep.ts';

export type ServiceConfig = InstanceConfig & {
  /** 0 takes a free one. */
  readonly port: number;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** The admin's word that TLS is terminated in front of the service; without it only loopback is served. */
  readonly behindTlsProxy?: boolean;
  /** Where clients reach the service, if that is not where it listens. */
  readonly publicUrl?: string;
  /** Where to report a weakness: an https: or mailto: address, for /.well-known/security.txt. */
  readonly securityContact?: string;
  /** Unix time in milliseconds. */
  readonly clock?: () => number;
  readonly log?: Log;
  /** File that the heads of the audit logs are kept in, best on another disk; default: one in the data folder. */
  readonly auditAnchor?: string;
  /** Where the master key comes from: TALLYLIGHT_MASTER_KEY and its like; default: a file in the data folder. */
  readonly master?: MasterSource;
  readonly webhooks?: WebhookConfig;
  /** Default: none by itself. */
  readonly backups?: AutomaticBackups;
  readonly destinations?: DestinationConfig;
};

export type DestinationConfig = Pick<CopiesConfig, 'carrier' | 'credentialsMax' | 'probeMs'> & {
  /** `host` or `host:port` that copies may be sent to although they are private, and without TLS on this machine. */
  readonly allow?: readonly string[];
};

export type WebhookConfig = {
  /** `host` or `host:port` that may be of a private network, and be asked without TLS. */
  readonly allow?: readonly string[];
  /** Default: as the system resolves names. */
  readonly resolve?: Resolve;
  /** How often at least what is due is looked for, and sessions that nobody records any more; default: each minute. */
  readonly lookMs?: number;
  /** How long one attempt may take; default: 15 s. */
  readonly patienceMs?: number;
};

export type Service = {
  readonly url: string;
  /** Lets requests under way finish for up to five seconds, then closes everything. */
  readonly close: () => Promise<void>;
};

const HOST = '127.0.0.1';
const LOOK_MS = 60_000;

/**
 * Starts the media service. Errors: `insecure-address`, `data-in-use`, `service-failed` where the store of fragments does
 * not answer, those of opening the store, `usage` where it cannot listen there or what is allowed for events is no host.
 */
export async function startService(config: ServiceConfig): Promise<Result<Service>> {
  const possible = await checkConfig(config);
  if (!possible.ok) return possible;
  const startedAt = Date.now();
  const claimed = claim(config.dataDir);
  if (!claimed.ok) return claimed;
  const undo: (() => unknown)[] = [claimed.value];
  const close = async () => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  try {
    const started = await startClaimed(config, { undo, close, startedAt });
    if (!started.ok) await close();
    return started;
  } catch (error) {
    await close();
    throw error;
  }
}

/** Whether it can be started so at all; makes the data folder. */
async function checkConfig(config: ServiceConfig): Promise<Result<void>> {
  const { host = HOST, dataDir } = config;
  if (!isLoopback(host) && config.behindTlsProxy !== true)
    return fail('insecure-address', `${host} can be reached from other machines without TLS`);
  const apart = checkFolders({ ...config, backupTo: config.backups?.to });
  if (!apart.ok) return apart;
  const shared = checkShared(config);
  if (!shared.ok) return shared;
  const made = await mkdir(dataDir, { recursive: true, mode: 0o700 }).then(
    () => ok(undefined),
    (error: NodeJS.ErrnoException) => fail('vault-unwritable', `${dataDir} (${error.code})`),
  );
  if (!made.ok) return made;
  // Told now, and not by every call that could not be noted.
  const heads = dirname(anchorPlace(config).path);
  if (!existsSync(heads))
    return settingRefused('TALLYLIGHT_AUDIT_ANCHOR', `it takes a file in a folder; there is no ${heads}`);
  return ok(undefined);
}

type Claimed = Pick<Service, 'close'> & {
  /** What ends each thing that was begun, the last first. */
  readonly undo: (() => unknown)[];
  /** Unix time in milliseconds, by the clock of the disk. */
  readonly startedAt: number;
};

/** The rest of it, once the data folder is ours. */
async function startClaimed(
  config: ServiceConfig,
  { undo, close, startedAt }: Claimed,
): Promise<Result<Service>> {
  const { host = HOST, port, dataDir, clock = Date.now, log = () => undefined } = config;
  const opened = await openClaimed(config, config.master ?? {});
  if (!opened.ok) return opened;
  const { store, keyring, locks } = opened.value;
  undo.push(() => store.close());
  const free = await claimAll(opened.value, config);
  if (!free.ok) return free;
  await noteStart(store);
  const targets = targetsOf(config.webhooks?.allow, config.webhooks?.resolve);
  if (!targets.ok) return targets;
  const places = targetsOf(
    config.destinations?.allow,
    config.webhooks?.resolve,
    'TALLYLIGHT_DESTINATION_ALLOW',
  );
  if (!places.ok) return places;
  const { lookMs = LOOK_MS, patienceMs } = config.webhooks ?? {};
  const outbox = startOutbox({
    ...{ store, targets: targets.value, clock, log },
    ...{ longestSleepMs: lookMs, patienceMs },
  });
  undo.push(outbox.close);
  let url = '';
  const id = newInstanceId();
  const peers =
    config.instanceUrl === undefined
      ? undefined
      : peersAcross({ id, store, key: keyring.hopKey, clock, log });
  let copies: Hands | undefined;
  const parts = await partsOver(opened.value, {
    ...config,
    ...{ clock, log, targets: targets.value },
    wake: () => {
      outbox.wake();
      copies?.wake();
    },
    copies: { ...config.destinations, targets: places.value },
    publicUrl: () => config.publicUrl ?? url,
    origins: () => originsOf(url, config.publicUrl),
    behindProxy: config.behindTlsProxy === true,
    backupTo: config.backups?.to,
    ...(peers === undefined ? {} : { peers }),
  });
  copies = keepCopies(parts, lookMs);
  undo.push(copies.close);
  undo.push(keepCheckingKeys(parts));
  undo.push(keepFailingLost(parts, lookMs));
  const app = routerOf(parts, ROUTES);
  serveConsole(app, parts);
  serveSecurityText(app, parts, config.securityContact);
  if (peers !== undefined) serveInstances(app, parts, id, peers);
  const { server, sockets } = serverOver(app.fetch);
  const beating = setInterval(heartOf(sockets), HEARTBEAT_MS);
  undo.push(() => clearInterval(beating));
  const listened = await listening(server, host, port);
  if (!listened.ok) return listened;
  url = listened.value;
  if (peers !== undefined && config.instanceUrl !== undefined && locks !== undefined) {
    const self = { id, url: addressOf(config.instanceUrl, url), holder: locks.holder };
    undo.push(await member(parts, self, peers));
  }
  // In the background: a long recording takes seconds to read through.
  const recovered = parts
    .alone('recover', () => recover(parts))
    .catch((error) => log(faultOf(error, clock())));
  undo.push(upkeep(parts, recovered), tidyUp(parts, [dataDir, parts.redundancy.folder], startedAt));
  if (config.backups !== undefined) {
    const { master } = opened.value;
    undo.push(keepBackedUp({ parts, config, master }, config.backups, recovered));
  }
  undo.push(() => recovered);
  undo.push(() => closed({ server, sockets }));
  return ok({ url, close });
}

/** Removes what this service, or another instance, was writing when it was killed. Answers how to end it. */
function tidyUp({ log, clock }: Parts, folders: readonly string[], startedAt: number): () => Promise<void> {
  const ending = new AbortController();
  const tidying = Promise.all(
    folders.map((folder) => removeUnfinished(folder, startedAt, ending.signal)),
  ).catch((error) => log(faultOf(error, clock())));
  return async () => {
    ending.abort();
    await tidying;
  };
}

/** What this service needs for itself, or shares with none but its other instances. */
async function claimAll(opened: OpenedStore, config: InstanceConfig): Promise<Result<void>> {
  const claimed = await claimDatabase(opened, config);
  if (!claimed.ok) return claimed;
  if (config.blobs !== undefined) {
    const { claimPlace } = await import('./blobs/s3-owner.ts');
    const place = await claimPlace(config.blobs, await serviceIdOf(opened.store));
    if (!place.ok) return place;
  }
  const root = copiesDirOf(config);
  const copies = await claimCopies(root, opened.store);
  if (!copies.ok) return copies;
  return copies.value || config.instanceUrl === undefined
    ? ok(undefined)
    : settingRefused('TALLYLIGHT_COPIES_DIR', `it takes that of the other instances, not ${root}`);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Where it is reached from elsewhere, and every way to write this machine itself. */
function originsOf(url: string, publicUrl: string | undefined): string[] {
  const { port } = new URL(url);
  const here = ['127.0.0.1', 'localhost', '[::1]'].map((host) => `http://${host}:${port}`);
  return [...new Set([publicUrl ?? url, url, ...here])];
}
