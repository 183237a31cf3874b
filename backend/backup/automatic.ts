import type { TallylightError } from '../../contract/result.ts';
import { faultOf } from '../log.ts';
import type { Parts } from '../parts.ts';
import type { Master } from '../secrets/master.ts';
import { MASTER_FACT } from '../store/sql-rewrap.ts';
import { FIRST_TENANT } from '../store/trust-tables.ts';
import { type BackupConfig, backUp } from './back-up.ts';
import { readChecked } from './checked-file.ts';
import { type BackupFolder, backupFolder } from './folder.ts';
import { SERVICE_FILE, serviceSecrets } from './keys.ts';
import { readManifest } from './manifest.ts';
import { VERIFY_EVERY_MS, verifyNewest } from './verify-newest.ts';

export type AutomaticBackups = {
  /** The folder, best on another disk. */
  readonly to: string;
  /** How many generations are kept. Default: 7. */
  readonly keep?: number;
  /** How old the newest may become. Default: a day. */
  readonly everyMs?: number;
  /** How often that is looked at. Default: ten minutes. */
  readonly lookMs?: number;
  /** How often the newest is verified. Default: each week. */
  readonly verifyEveryMs?: number;
};

export const KEEP = 7;
const DAY_MS = 86_400_000;
const LOOK_MS = 600_000;

/** Backs the service up by itself, the first time once `recovered`, and verifies the newest backup. Answers how to end it. */
export function keepBackedUp(
  {
    parts,
    config,
    master,
  }: { readonly parts: Parts; readonly config: BackupConfig; readonly master: Master },
  { to, keep = KEEP, everyMs = DAY_MS, lookMs = LOOK_MS, verifyEveryMs = VERIFY_EVERY_MS }: AutomaticBackups,
  recovered: Promise<unknown>,
): () => Promise<void> {
  const folder = backupFolder(to);
  const ending = new AbortController();
  let failing = '';
  const tend = async () => {
    if (!ending.signal.aborted && (await isDue(parts, folder, everyMs))) await make();
    const { signal } = ending;
    if (!signal.aborted && !(await verifyNewest({ parts, master, folder, everyMs: verifyEveryMs, signal })))
      await make();
  };
  const make = async () => {
    const made = await backUp(parts, config, folder, { keep, signal: ending.signal });
    // Another instance is at it, or this one ends.
    if (!made.ok && ['data-in-use', 'backup-cancelled'].includes(made.error.code)) return;
    const code = made.ok ? '' : made.error.code;
    if (!made.ok && code !== failing) await tellFailed(parts, made.error);
    failing = code;
  };
  const told = (work: Promise<unknown>) => work.catch((error) => parts.log(faultOf(error, parts.clock())));
  // What was deleted just before the service ended last.
  let tending = told(recovered.then(() => parts.store.scrub()).then(tend));
  const looking = setInterval(() => {
    tending = told(tending.then(tend));
  }, lookMs);
  return async () => {
    ending.abort();
    clearInterval(looking);
    await tending;
  };
}

/**
 * A clock that was set back by more than that is no reason to wait for it. After the master key was exchanged the backups open with
 * the old one until the next.
 */
async function isDue({ store, clock }: Parts, folder: BackupFolder, everyMs: number): Promise<boolean> {
  const newest = (await folder.generations()).at(-1);
  if (newest === undefined) return true;
  const manifest = await readManifest(folder.generationPath(newest));
  if (manifest === undefined || Math.abs(clock() - Date.parse(manifest.made_at)) >= everyMs) return true;
  const secrets = await readChecked(folder.keysPath(SERVICE_FILE), serviceSecrets);
  const master = secrets === undefined || secrets === 'damaged' ? undefined : secrets.master;
  return master !== (await store.fact(MASTER_FACT));
}

async function tellFailed(
  { audit, log, clock }: Parts,
  { code, detail = '' }: TallylightError,
): Promise<void> {
  log({ at: new Date(clock()).toISOString(), type: 'fault', error_code: code, cause: `backup: ${detail}` });
  const entry = { tenantId: FIRST_TENANT, actor: 'system', action: 'service.backed-up', object: '' };
  await audit.note({ ...entry, outcome: 'failed', reason: code });
}
