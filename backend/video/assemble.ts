import { ok, type Result } from '../../contract/result.ts';
import { laidOut, type TimelineFragment } from '../../contract/timeline.ts';
import { streamKey } from '../blobs/stream-key.ts';
import type { Parts } from '../parts.ts';
import type { FragmentRecord, SessionRecord, StreamRecord } from '../store/records.ts';

/**
 * The takes that share one format, i.e. the same init segment, in the order in which the formats appear.
 * Takes without media are left out.
 */
export type Format = { readonly sha256: string; readonly takes: ReadonlySet<number> };

export function formatsOf(fragments: readonly FragmentRecord[]): Format[] {
  const formatOfTake = new Map(fragments.flatMap((f) => (f.sequence === 0 ? [[f.take, f.sha256]] : [])));
  const formats = new Map<string, Set<number>>();
  for (const { take, sequence } of fragments) {
    const sha256 = formatOfTake.get(take);
    if (sequence === 0 || sha256 === undefined) continue;
    formats.set(sha256, (formats.get(sha256) ?? new Set()).add(take));
  }
  return [...formats].map(([sha256, takes]) => ({ sha256, takes }));
}

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
  // laidOut pulls synchronously, while blobs are read asynchronously. The init segments of later takes, for
  // which it yields nothing, are left out; so every fragment put in gives exactly one piece.
  const ours = fragments.filter((fragment) => takes.has(fragment.take));
  const wanted = ours.filter((fragment, index) => index === 0 || fragment.sequence !== 0);
  const slot: TimelineFragment[] = [];
  const pieces = laidOut(taken(slot));
  for (const fragment of wanted) {
    const read = await parts.blobs.read({ ...fragment, sessionId: session.id }, fragment.blob, key);
    if (!read.ok) {
      yield read;
      return;
    }
    slot.push({ ...fragment, bytes: read.value });
    const piece = pieces.next();
    if (piece.done) throw new Error('a fragment gave no piece');
    yield ok(piece.value);
  }
}

function* taken(slot: TimelineFragment[]): Generator<TimelineFragment> {
  for (let next = slot.shift(); next !== undefined; next = slot.shift()) yield next;
}
