import { createHash } from 'node:crypto';
import { errorOf, type TallylightError } from '../../contract/result.ts';
import type { ManifestChannel } from '../../contract/wire.ts';
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
 * What was stored when the recording ended and is not there now. It is added to `wholeUntil`: of a channel whose end is missing
 * all that is there is whole.
 */
export function missing(
  { ended, erased = [] }: RecordingFacts,
  index: ReadonlyMap<string, StoredFragment[]>,
  wholeUntil: Map<string, number>,
) {
  let first: TallylightError | undefined;
  for (const then of ended?.stored ?? []) {
    if (erased.includes(then.channel_id)) continue;
    const now = manifestOf(then.channel_id, index.get(then.channel_id) ?? []);
    if (now.digest === then.digest || wholeUntil.has(then.channel_id)) continue;
    wholeUntil.set(then.channel_id, now.fragments);
    first ??= errorOf('vault-damaged', `${then.channel_id}: ${now.fragments} of ${then.fragments} fragments`);
  }
  return first;
}
