import type { AuditEvent } from '../../contract/audit.ts';
import { fingerprintOf } from '../../contract/consent.ts';
import { ok, type Result, type TallylightError } from '../../contract/result.ts';
import type { ManifestChannel } from '../../contract/wire.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { diskError } from '../vault/disk-error.ts';
import type { Recording } from '../vault/recording.ts';
import type { Revocations } from './revocations.ts';

export type Conclusion = {
  readonly sessionId: string;
  readonly recording: Recording | undefined;
  readonly delivery: Delivery;
  /** The service has to know of them before it is asked whether it holds what it should. */
  readonly revocations: Pick<Revocations, 'tell'>;
  readonly durationMs: number;
  readonly activeMs: number;
  readonly live: readonly ManifestChannel[];
  readonly audit: (event: AuditEvent) => Promise<unknown>;
  /** Something to tell that does not change what the service holds. */
  readonly trouble: (error: TallylightError) => void;
};

/**
 * Delivers what is stored, has the service confirm it against the manifest, then does with the copy on this device
 * what the policy said at consent. Nothing is purged before the confirmation.
 */
export async function conclude(parts: Conclusion): Promise<Result<void>> {
  const { sessionId, recording, delivery, revocations, audit } = parts;
  const confirmed = await delivery.finishStored(async () => {
    await revocations.tell();
    return {
      duration_ms: parts.durationMs,
      active_ms: parts.activeMs,
      channels: [...storedManifests(recording, delivery), ...parts.live],
    };
  });
  if (!confirmed.ok) return confirmed;
  const erased = recording?.facts().erased ?? [];
  for (const { channel_id: channelId, takes, fragments, bytes, digest } of storedManifests(
    recording,
    delivery,
  ))
    if (!erased.includes(channelId))
      await audit({ type: 'channel.delivered', sessionId, channelId, takes, fragments, bytes, digest });
  if (recording !== undefined) {
    const noted = await recording.change({ delivered: true });
    // The service holds everything all the same; the next start will ask it once more.
    if (!noted.ok) parts.trouble(noted.error);
    if (recording.facts().localCopy === 'purge-after-delivery') {
      const purged = await purge(recording, audit);
      if (!purged.ok) parts.trouble(purged.error);
    }
  }
  await audit({ type: 'session.complete', sessionId });
  return ok(undefined);
}

/** What the service has to hold: all that is stored, or of a channel that it takes no more of, what it gave receipts for. */
function storedManifests(recording: Recording | undefined, delivery: Delivery): ManifestChannel[] {
  if (recording === undefined) return [];
  const kept = recording.facts().channels.filter(({ mode }) => mode === 'keep');
  return kept.map((channel) => {
    const { id } = channel;
    const count = delivery.isCut(id) ? recording.receipted(id) : undefined;
    return { ...recording.manifestOf(id, count), ...fingerprintOf(channel) };
  });
}

/** Does away with the copy on this device after its delivery. What stays of it goes at the next start. */
export async function purge(
  recording: Recording,
  audit: (event: AuditEvent) => Promise<unknown>,
): Promise<Result<void>> {
  const { sessionId } = recording.facts();
  try {
    const files = await recording.erase();
    await audit({ type: 'recording.purged', sessionId, reason: 'delivered', files });
    return ok(undefined);
  } catch (error) {
    return { ok: false, error: diskError(error, `purge of ${sessionId}`) };
  }
}

/** Says for each live-only channel that it is gone, and what became of it. */
export async function tellForgotten(
  sessionId: string,
  live: readonly ManifestChannel[],
  audit: (event: AuditEvent) => Promise<unknown>,
): Promise<void> {
  for (const { channel_id: channelId, takes, fragments, bytes, dropped } of live)
    await audit({ type: 'channel.forgotten', sessionId, channelId, takes, fragments, bytes, dropped });
}
