import { errorOf, type Result, type TallylightError } from '../../contract/result.ts';
import type { Confirmed } from '../destinations/transfer.ts';
import type { Parts } from '../parts.ts';
import type { ClaimedCopy, CopyRecord, DestinationRecord } from '../store/records.ts';
import { assembled } from '../video/assemble.ts';
import { type MadeOf, madeOf } from './made-of.ts';
import { type CopyAction, noteCopy } from './noted.ts';
import { inWords, locatePlace } from './places.ts';
import { failed, isNews, tryAgain } from './try-again.ts';

/**
 * Sends a recording to the destination of its collection: credentials are fetched, the file is put together in memory and
 * uploaded, confirmed; then credentials and, where it is so set, our second copy go. What fails is tried again, for as long as
 * it takes.
 */
export async function sendCopy(parts: Parts, copy: ClaimedCopy, signal: AbortSignal): Promise<void> {
  const { store, clock } = parts;
  const destination = await store.destination(copy);
  const found = await madeOf(parts, copy.videoId);
  // Deleted with all that is known of it, or what it is made of is gone.
  if (!found.ok) return failed(parts, copy, found.error);
  if (destination === undefined) {
    const before = copy.sentAt === null ? 'kept' : 'sent';
    const state = (await isHeldNow(parts, copy)) ? before : 'lost';
    await store.settleCopy(copy, { state, attempts: 0, nextAt: clock(), lastError: '' });
    if (state === 'lost') parts.redundancy.wake();
    return;
  }
  const sent = await carried(parts, copy, destination, found.value, signal);
  if (sent.ok) return arrived(parts, copy, destination, sent.value);
  const isEnding = sent.error.code === 'destination-stopped' && signal.aborted;
  if (isEnding) {
    await store.settleCopy(copy, { nextAt: clock() });
    return;
  }
  await tryAgain(parts, copy, sent.error);
}

async function arrived(
  parts: Parts,
  copy: ClaimedCopy,
  { place, keepBackup }: DestinationRecord,
  { object }: Confirmed,
): Promise<void> {
  const { store, clock, redundancy } = parts;
  const sentTo = inWords(place, object);
  const isHeld = await isHeldNow(parts, copy);
  const state = isHeld && !keepBackup ? 'leaving' : keepBackup && !isHeld ? 'lost' : 'sent';
  await store.settleCopy(copy, {
    ...{ state, attempts: 0, nextAt: clock(), lastError: '' },
    ...{ sentTo, sentAt: Math.floor(clock() / 1000) },
  });
  if (state !== 'sent') redundancy.wake();
}

/** Asked again: the second copy may have been lost while something else was done. */
async function isHeldNow({ store }: Pick<Parts, 'store'>, { videoId }: ClaimedCopy): Promise<boolean> {
  return (await store.copy(videoId))?.isHeld === true;
}

type Note = (action: CopyAction, reason?: string) => Promise<void>;

/**
 * Entries of one attempt. Where the one before failed already they are held back until this one succeeds: an entry stays for ever,
 * and a destination that is gone is tried for as long.
 */
function notesOf(
  write: Note,
  isFailing: boolean,
): { readonly note: Note; readonly release: () => Promise<void> } {
  let held: Parameters<Note>[] | undefined = isFailing ? [] : undefined;
  return {
    async note(...entry) {
      if (held === undefined) await write(...entry);
      else held.push(entry);
    },
    async release() {
      const before = held ?? [];
      held = undefined;
      for (const entry of before) await write(...entry);
    },
  };
}

/** One attempt, with its entries. */
async function carried(
  parts: Parts,
  copy: ClaimedCopy,
  destination: DestinationRecord,
  made: MadeOf,
  signal: AbortSignal,
): Promise<Result<Confirmed>> {
  const { place, sealedCredentials } = destination;
  const { video, session } = made;
  const { note, release } = notesOf(
    (action, reason) => noteCopy(parts, copy, session, action, reason),
    copy.attempts > 0,
  );
  const notSent = async (error: TallylightError): Promise<Result<Confirmed>> => {
    if (!signal.aborted && isNews(copy, error))
      await noteCopy(parts, copy, session, 'copy.failed', error.code);
    return { ok: false, error };
  };
  const located = await locatePlace(parts.redundancy.targets, place);
  if (!located.ok) return notSent(located.error);
  // In the turn of the session: whoever deletes it knows of the place, or nothing is sent.
  const isPut = await parts.turns(session.id, () =>
    parts.store.putCopyPlace(video.id, inWords(place, objectOf(copy))),
  );
  if (!isPut) return { ok: false, error: errorOf('video-unknown', video.id) };
  await note('credentials.fetched', destination.id);
  const key = parts.keyring.unwrap({ kind: 'destination', id: destination.id }, destination.wrappedKey);
  const order = {
    ...{ place, addresses: located.value, sealedCredentials, key, object: objectOf(copy) },
    ...{ sizeBytes: video.sizeBytes, sha256: video.sha256 },
  };
  try {
    const onWhole = () => note('copy.put-together', `sha256 ${video.sha256}`);
    const sent = await parts.redundancy.carrier.transfer(order, fileOf(parts, made, onWhole), signal);
    if (!sent.ok) return await notSent(sent.error);
    await release();
    await note('copy.sent', `${inWords(place, sent.value.object)} confirmed by ${sent.value.by}`);
    return sent;
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return await notSent(error.error);
  } finally {
    key.fill(0);
    await note('credentials.purged', destination.id);
  }
}

/** Names no person and no device; the same at every attempt, so that what is sent twice is there once. */
export function objectOf({ collectionId, sessionId, videoId }: CopyRecord): string {
  return `${collectionId}/${sessionId}/${videoId}.mp4`;
}

/** A stream of bytes has no other way to tell a failure. */
class Unreadable extends Error {
  readonly error: TallylightError;
  constructor(error: TallylightError) {
    super(error.code);
    this.error = error;
  }
}

/**
 * The file, decrypted piece by piece. The last piece is given out only while the recording is still there: what was deleted
 * meanwhile never becomes whole elsewhere.
 */
async function* fileOf(
  parts: Parts,
  { video, session, stream, fragments, format }: MadeOf,
  onWhole: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  let last: Uint8Array | undefined;
  for await (const piece of assembled(parts, session, stream, fragments, format)) {
    if (!piece.ok) throw new Unreadable(piece.error);
    if (last !== undefined) yield last;
    last = piece.value;
  }
  if ((await parts.store.video(video.id)) === undefined)
    throw new Unreadable(errorOf('video-unknown', video.id));
  await onWhole();
  if (last !== undefined) yield last;
}
