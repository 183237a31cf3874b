import { ok, type Result } from '../../contract/result.ts';
import { type Format, newTimeline } from '../../contract/timeline.ts';
import { streamKey } from '../blobs/stream-key.ts';
import type { Parts } from '../parts.ts';
import type { FragmentRecord, SessionRecord, StreamRecord } from '../store/records.ts';

/** So many fragments are asked for before they are needed: a store that is not on this machine takes its time for each. */
const AHEAD = 4;

/**
 * The file of one format, piece by piece, decrypted on the way: the same bytes every time. A few fragments
 * are in memory at a time. Ends with `vault-damaged` where a fragment cannot be read.
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
  const wanted = fragments.filter(({ take }) => takes.has(take));
  const ahead: Promise<Result<Uint8Array>>[] = [];
  let asked = 0;
  for (const [index, fragment] of wanted.entries()) {
    for (const next of wanted.slice(asked, index + 1 + AHEAD)) {
      const reading = parts.blobs.read({ ...next, sessionId: session.id }, next.blob, key);
      // Told when its turn comes, which may never be.
      reading.catch(() => undefined);
      ahead.push(reading);
      asked += 1;
    }
    const read = await ahead.shift();
    if (read === undefined) throw new Error('each was asked for');
    if (!read.ok) {
      yield read;
      return;
    }
    const piece = place({ ...fragment, bytes: read.value });
    if (piece !== undefined) yield ok(piece);
  }
}
