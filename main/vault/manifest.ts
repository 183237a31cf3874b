import { createHash } from 'node:crypto';
import type { ManifestChannel } from '../../contract/wire.ts';
import type { Damage } from './damage.ts';
import type { RecordingFacts } from './facts.ts';
import type { StoredFragment } from './take-file.ts';

/** Counts and digest of these fragments of a stored channel. */
export function manifestOf(channelId: string, stored: readonly StoredFragment[]): ManifestChannel {
  const digest = createHash('sha256');
  for (const { header } of stored) digest.update(Buffer.from(header.sha256, 'hex'));
  return {
    channel_id: channelId,
    takes: new Set(stored.map(({ header }) => header.take)).size,
    fragments: stored.length,
    bytes: stored.reduce((sum, { header }) => sum + header.bytes, 0),
    digest: digest.digest('hex'),
    dropped: 0,
  };
}

/**
 * Of what was stored when the recording ended and is not there now, what no damage tells already. It is added to `wholeUntil`: of
 * a channel whose end is missing all that is there is whole.
 */
export function missing(
  { ended, erased = [] }: RecordingFacts,
  index: ReadonlyMap<string, StoredFragment[]>,
  damages: readonly Damage[],
  wholeUntil: Map<string, number>,
): Damage[] {
  return (ended?.stored ?? []).flatMap(({ channel_id: channelId, digest, fragments }) => {
    const now = manifestOf(channelId, index.get(channelId) ?? []);
    if (erased.includes(channelId) || now.digest === digest) return [];
    // More than was noted: it was still on its way to the disk then, or was put back since.
    const noted = manifestOf(channelId, (index.get(channelId) ?? []).slice(0, fragments));
    if (now.fragments > fragments && noted.digest === digest) return [];
    const told = damages.filter((damage) => damage.channelId === channelId);
    const lost = fragments - now.fragments - told.reduce((sum, damage) => sum + damage.lost, 0);
    if (told.some(({ what }) => what === 'key') || (told.length > 0 && lost <= 0)) return [];
    if (!wholeUntil.has(channelId)) wholeUntil.set(channelId, now.fragments);
    const detail = `${channelId}: ${now.fragments} of ${fragments} fragments`;
    return [{ channelId, what: 'missing', lost: Math.max(0, lost), detail }];
  });
}
