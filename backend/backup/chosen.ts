import { join } from 'node:path';
import { fail, ok, type Result } from '../../contract/result.ts';
import { isKnown } from '../store/refill.ts';
import { dumped } from './dump.ts';
import type { BackupFolder } from './folder.ts';
import { keysOfSession, type SessionKeys, sessionsWithKeys } from './keys.ts';
import { DATABASE_FILE, type Manifest, readManifest } from './manifest.ts';
import type { OpenedBackup } from './opened-backup.ts';
import type { Watched } from './progress.ts';
import { type Damage, verifyGeneration } from './verify.ts';

export type RestoreOptions = Watched & {
  /** Default: the newest. */
  readonly generation?: string;
  /** What is damaged is left out, session by session, and the rest restored. */
  readonly leaveOutDamaged?: boolean;
  /** A bucket, or a folder of second copies, that another service has is taken from it. */
  readonly takeOver?: boolean;
};

/** One generation that can be restored, and what of it. */
export type Chosen = {
  readonly generation: string;
  readonly manifest: Manifest;
  readonly keys: ReadonlyMap<string, SessionKeys>;
  readonly damage: readonly Damage[];
  readonly leftOut: ReadonlySet<string>;
  readonly deletedSessions: number;
};

/** Verifies a generation. Errors: `backup-none`, `backup-damaged`, `backup-version`, `backup-cancelled`. */
export async function chosenOf(
  opened: OpenedBackup,
  generation: string,
  options: RestoreOptions,
): Promise<Result<Chosen>> {
  const { folder, signer } = opened;
  const verified = await verifyGeneration({ folder, opened }, generation, options);
  if (!verified.ok) return verified;
  const { damage } = verified.value;
  const [first] = damage;
  const isWhole = damage.some(({ session }) => session === null);
  if (first !== undefined && (isWhole || options.leaveOutDamaged !== true))
    return fail('backup-damaged', saidOf(damage));
  const manifest = await readManifest(folder.generationPath(generation), signer);
  if (manifest === undefined) return fail('backup-damaged', generation);
  if (!isKnown(manifest.migrations)) return fail('backup-version', generation);
  const keys = new Map<string, SessionKeys>();
  for (const id of await sessionsWithKeys(folder)) {
    const known = await keysOfSession(folder, id);
    if (known !== undefined && known !== 'damaged') keys.set(id, known);
  }
  const leftOut = new Set(damage.flatMap(({ session }) => session ?? []));
  const deletedSessions = await countDeleted(folder, generation, keys);
  return ok({ generation, manifest, keys, damage, leftOut, deletedSessions });
}

const NAMED = 5;

function saidOf(damage: readonly Damage[]): string {
  const named = damage.slice(0, NAMED).map(({ path, what }) => `${path}: ${what}`);
  return [...named, ...(damage.length > NAMED ? [`and ${damage.length - NAMED} more`] : [])].join('; ');
}

async function countDeleted(
  folder: BackupFolder,
  generation: string,
  keys: ReadonlyMap<string, SessionKeys>,
): Promise<number> {
  let count = 0;
  for await (const { table, row } of dumped(join(folder.generationPath(generation), DATABASE_FILE))) {
    if (table === 'rtstream') break;
    if (table === 'capture_session' && keys.get(String(row.id))?.session === null) count++;
  }
  return count;
}
