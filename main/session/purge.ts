import type { AuditEvent } from '../../contract/audit.ts';
import { ok, type Result } from '../../contract/result.ts';
import { diskError } from '../vault/disk-error.ts';
import { onlyHere, type RecordingFacts } from '../vault/facts.ts';
import type { Recording } from '../vault/recording.ts';

type Audit = (event: AuditEvent) => Promise<unknown>;

/**
 * Whether something of a delivered recording is to go from here and is there still. Nothing goes without the service's signed
 * receipt, as in recordings from before there were such.
 */
export function hasToGo(facts: RecordingFacts): boolean {
  if (facts.localCopy === 'keep' || facts.receipt === undefined) return false;
  return onlyHere(facts).length === 0 || delivered(facts).length > 0;
}

/**
 * Does away with the copy on this device of what was delivered, where that was agreed to. What stays of it goes at the next
 * start; what the service did not take stays for good, as there is no other copy. Errors: those of the disk.
 */
export async function purgeWhereAgreed(recording: Recording, audit: Audit): Promise<Result<void>> {
  const facts = recording.facts();
  if (!hasToGo(facts)) return ok(undefined);
  if (onlyHere(facts).length === 0) return purge(recording, audit);
  for (const channelId of delivered(facts)) {
    const purged = await purgeChannel(recording, channelId, 'delivered', audit);
    if (!purged.ok) return purged;
  }
  return ok(undefined);
}

/** Does away with what is stored of one channel on this device. Errors: those of the disk. */
export async function purgeChannel(
  recording: Recording,
  channelId: string,
  reason: 'delivered' | 'consent-revoked',
  audit: Audit,
): Promise<Result<void>> {
  const files = await recording.eraseChannel(channelId);
  if (!files.ok) return files;
  const { sessionId } = recording.facts();
  await audit({ type: 'recording.purged', sessionId, channelId, reason, files: files.value });
  return ok(undefined);
}

async function purge(recording: Recording, audit: Audit): Promise<Result<void>> {
  const { sessionId } = recording.facts();
  const kept = await recording.keepReceipt();
  if (!kept.ok) return kept;
  try {
    const files = await recording.erase();
    await audit({ type: 'recording.purged', sessionId, reason: 'delivered', files });
    return ok(undefined);
  } catch (error) {
    return { ok: false, error: diskError(error, `purge of ${sessionId}`) };
  }
}

/** Stored channels that the service holds wholly, and of which a copy is here. */
function delivered(facts: RecordingFacts): string[] {
  const { channels, erased = [] } = facts;
  const rest = onlyHere(facts).map(({ channelId }) => channelId);
  return channels.flatMap(({ id, mode }) =>
    mode === 'keep' && !erased.includes(id) && !rest.includes(id) ? [id] : [],
  );
}
