import { fail, type Result } from '../../contract/result.ts';
import { claim } from '../lock.ts';
import type { Parts } from '../parts.ts';
import type { Master } from '../secrets/master.ts';
import { BACKUP_CHECK_FACT } from '../store/service-id.ts';
import { FIRST_TENANT } from '../store/trust-tables.ts';
import type { BackupFolder } from './folder.ts';
import { openBackup } from './opened-backup.ts';
import { markSuspects } from './suspects.ts';
import { type VerifiedBackup, verifyGeneration } from './verify.ts';

/** Reading every byte of a large service takes hours: often enough to be told before the damage is in every disk. */
export const VERIFY_EVERY_MS = 7 * 86_400_000;
/** What was damaged is copied again, and looked at sooner. */
const AGAIN_AFTER_MS = 86_400_000;

export type Verifying = {
  readonly parts: Parts;
  readonly master: Master;
  readonly folder: BackupFolder;
  readonly everyMs: number;
  readonly signal: AbortSignal;
};

/**
 * Verifies the newest backup where that is due, by one instance. What is damaged is told in log and audit, and marked, so that the
 * next backup copies it again: false says that there should be one now.
 */
export async function verifyNewest(verifying: Verifying): Promise<boolean> {
  let isWhole = true;
  const { parts, everyMs, signal } = verifying;
  await parts.alone('verify-backup', async () => {
    if (signal.aborted || !(await isDue(parts, everyMs))) return;
    const verified = await verifiedTwice(verifying);
    if (!verified.ok && ['backup-none', 'backup-cancelled'].includes(verified.error.code)) return;
    isWhole = verified.ok;
    const nextAt = parts.clock() + (isWhole ? everyMs : Math.min(everyMs, AGAIN_AFTER_MS));
    await parts.store.changeFact(BACKUP_CHECK_FACT, new Date(nextAt).toISOString());
    await tell(parts, verified);
  });
  return isWhole;
}

/** A clock that was set back is no reason to wait for it. */
async function isDue({ store, clock }: Parts, everyMs: number): Promise<boolean> {
  const at = await store.fact(BACKUP_CHECK_FACT);
  const leftMs = at === undefined ? 0 : Date.parse(at) - clock();
  return leftMs <= 0 || leftMs > everyMs;
}

/**
 * What is deleted or backed up while it is read may look damaged: it is read again where nobody else is at it, or the next time.
 * Error: `backup-damaged`, and those of a reading.
 */
async function verifiedTwice(verifying: Verifying): Promise<Result<VerifiedBackup>> {
  const first = await verified(verifying);
  if (first.ok ? first.value.damage.length === 0 : first.error.code !== 'backup-damaged') return first;
  const claimed = claim(verifying.folder.path);
  if (!claimed.ok) return fail('backup-cancelled');
  const second = await verified(verifying).finally(claimed.value);
  if (!second.ok || second.value.damage.length === 0) return second;
  const { damage, suspects, generation } = second.value;
  await markSuspects(verifying.folder, suspects);
  const [{ path = '' } = {}] = damage;
  return fail(
    'backup-damaged',
    `${generation}: ${path}${damage.length > 1 ? ` and ${damage.length - 1} more` : ''}`,
  );
}

async function verified({ folder, master, signal }: Verifying): Promise<Result<VerifiedBackup>> {
  const newest = (await folder.generations()).at(-1);
  if (newest === undefined) return fail('backup-none', folder.path);
  const opened = await openBackup(folder, master);
  if (!opened.ok) return opened;
  return verifyGeneration({ folder, opened: opened.value }, newest, { signal });
}

async function tell({ audit, log, clock }: Parts, result: Result<VerifiedBackup>): Promise<void> {
  const entry = { tenantId: FIRST_TENANT, actor: 'system', action: 'backup.verify' };
  if (result.ok) {
    const { generation, blobs } = result.value;
    await audit.note({ ...entry, object: generation, outcome: 'done', reason: `${blobs} fragments` });
    return;
  }
  const { code, detail = '' } = result.error;
  log({ at: new Date(clock()).toISOString(), type: 'fault', error_code: code, cause: `backup: ${detail}` });
  await audit.note({ ...entry, object: '', outcome: 'failed', reason: code });
}
