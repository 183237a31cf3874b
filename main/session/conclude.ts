import { setTimeout } from 'node:timers/promises';
import type { AuditEvent } from '../../contract/audit.ts';
import { fingerprintOf } from '../../contract/consent.ts';
import { errorOf, type Failed, fail, ok, type Result, type TallylightError } from '../../contract/result.ts';
import type { ManifestChannel } from '../../contract/wire.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { PolicyKeeper } from '../policy/keeper.ts';
import { receiptSha256 } from '../vault/delivery-receipt.ts';
import { onlyHere } from '../vault/facts.ts';
import type { Ended, Recording } from '../vault/recording.ts';
import { purgeWhereAgreed } from './purge.ts';
import { receivedBy } from './received.ts';
import type { Revocations } from './revocations.ts';

export type Conclusion = {
  readonly sessionId: string;
  /** Address of the media service. */
  readonly server: string;
  readonly policies: Pick<PolicyKeeper, 'opened'>;
  readonly recording: Recording | undefined;
  readonly delivery: Delivery;
  /** The service has to know of them before it is asked whether it holds what it should. */
  readonly revocations: Pick<Revocations, 'tell'>;
  readonly durationMs: number;
  readonly activeMs: number;
  readonly live: readonly ManifestChannel[];
  /** How it ended, where that may not be noted yet: the disk may have been full. */
  readonly ended?: Ended;
  readonly audit: (event: AuditEvent) => Promise<unknown>;
  /** Something to tell that does not change what the service holds. */
  readonly trouble: (error: TallylightError) => void;
  /** The service took some channel not to its end. */
  readonly cut: (error: TallylightError) => void;
};

/**
 * Delivers what is stored, has the service confirm it against the manifest and sign for it, then does with the copy on this
 * device what the policy said at consent. Nothing is purged before that signature, and nothing that is only here.
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
  if (recording !== undefined) {
    const receipt = await receivedBy(parts.server, confirmed.value, recording, parts.policies);
    if (!receipt.ok) return receipt;
    await untilRoom(() => recording.change(parts.ended === undefined ? {} : { ended: parts.ended }));
    await tellDelivered(recording, delivery, receipt.value, audit);
    const noted = await recording.change({ delivered: true, receipt: receipt.value });
    // Where it cannot be noted the service is asked once more at the next start.
    const purged = noted.ok ? await purgeWhereAgreed(recording, audit) : unnoted(noted);
    const rest = onlyHere(recording.facts());
    const detail = rest.map(({ channelId, code }) => `${channelId}: ${code}`).join(', ');
    await audit({ type: 'session.complete', sessionId });
    // After it, as a log that cannot be written is the lesser trouble.
    if (!purged.ok) parts.trouble(purged.error);
    if (rest.length > 0) parts.cut(errorOf('delivery-cut', detail));
    return ok(undefined);
  }
  await audit({ type: 'session.complete', sessionId });
  return ok(undefined);
}

/** How often, and how long after another, in milliseconds, a disk that is full is asked for room to note what is delivered. */
const ROOM = { attempts: 5, pauseMs: 1000 } as const;

/** What fills a disk is often moved away at once. Where it stays full, so be it. */
async function untilRoom(note: () => Promise<Result<void>>): Promise<void> {
  for (let attempt = 1; attempt <= ROOM.attempts; attempt++) {
    const noted = await note();
    if (noted.ok || noted.error.code !== 'disk-full') return;
    if (attempt < ROOM.attempts) await setTimeout(ROOM.pauseMs);
  }
}

function unnoted({ error }: Failed): Failed {
  return error.code === 'disk-full' ? fail('delivery-unnoted', error.detail) : { ok: false, error };
}

/** Says of each stored channel that the service holds it, and how much of it where that is not all. */
async function tellDelivered(
  recording: Recording,
  delivery: Delivery,
  receipt: string,
  audit: Conclusion['audit'],
): Promise<void> {
  const { sessionId, erased = [] } = recording.facts();
  const rest = onlyHere(recording.facts());
  for (const { channel_id: channelId, takes, fragments, bytes, digest } of storedManifests(
    recording,
    delivery,
  )) {
    if (erased.includes(channelId)) continue;
    const held = { sessionId, channelId, takes, fragments, bytes, digest };
    const code = rest.find((cut) => cut.channelId === channelId)?.code;
    const left = recording.fragments(channelId).length - fragments;
    await audit(
      code === undefined
        ? { type: 'channel.delivered', ...held, receiptSha256: receiptSha256(receipt) }
        : { type: 'channel.cut', cutBy: code, ...held, left },
    );
  }
}

/**
 * What the service has to hold: all that is stored; of a channel that it takes no more of, what it gave receipts for; of one
 * that is damaged, what comes before that.
 */
function storedManifests(recording: Recording | undefined, delivery: Delivery): ManifestChannel[] {
  if (recording === undefined) return [];
  const { channels, cut = [] } = recording.facts();
  const kept = channels.filter(({ mode }) => mode === 'keep');
  return kept.map((channel) => {
    const { id } = channel;
    const held = cut.find(({ channelId }) => channelId === id)?.fragments;
    const count = held ?? (delivery.isCut(id) ? recording.receipted(id) : recording.wholeUntil(id));
    return { ...recording.manifestOf(id, count), ...fingerprintOf(channel) };
  });
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
