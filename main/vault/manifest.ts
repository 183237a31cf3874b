import { createHash } from 'node:crypto';
import type { ManifestChannel } from '../../contract/wire.ts';
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
