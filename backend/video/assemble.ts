import { ok, type Result } from '../../contract/result.ts';
import { type Format, newTimeline } from '../../contract/timeline.ts';
import { streamKey } from '../blobs/stream-key.ts';
import type { Parts } from '../parts.ts';
import type { FragmentRecord, SessionRecord, StreamRecord } from '../store/records.ts';

/**
 * The file of one format, piece by piece, decrypted on the way: the same bytes every time. One fragment is in
 * memory at a time. Ends with `vault-damaged` where a fragment cannot be read.
 */
export async function* assembled(
  parts: Pick<Parts, 'blobs' | 'keyring'>,
  session: SessionRecord,
  stream: StreamRecord,
  fragments: readonly FragmentRecord[],
  { takes }: Format,
): AsyncGenerator<Result<Uint8Array>> {
  const key = streamKey(parts.keyring, session, stream);
  const place = newTimeline();
  for (const fragment of fragments.filter(({ take }) => takes.has(take))) {
    const read = await parts.blobs.read({ ...fragment, sessionId: session.id }, fragment.blob, key);
    if (!read.ok) {
      yield read;
      return;
    }
    const piece = place({ ...fragment, bytes: read.value });
    if (piece !== undefined) yield ok(piece);
  }
}
