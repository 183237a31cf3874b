import { fail, ok, type Result, type TallylightError } from '../../contract/result.ts';
import type { BlobOf } from '../blobs/blobs.ts';
import { streamKey } from '../blobs/stream-key.ts';
import type { Parts } from '../parts.ts';
import type { ClaimedCopy } from '../store/records.ts';
import { isCopiesFolder } from './copies-owner.ts';
import { type MadeOf, madeOf } from './made-of.ts';
import { noteCopy } from './noted.ts';
import { checkRoom } from './room.ts';
import { failed, tryAgain } from './try-again.ts';

/**
 * Copies the fragments of a finished recording as they are, sealed, to the second copies, each read back; a fragment that is
 * there already is held against what it should be. Then it is sent, where there is a destination.
 */
export async function makeCopy(parts: Parts, copy: ClaimedCopy, signal: AbortSignal): Promise<void> {
  const found = await madeOf(parts, copy.videoId);
  if (!found.ok) return notMade(parts, copy, found.error);
  const { session, fragments } = found.value;
  const ready = await isReady(parts);
  const copied = ready.ok ? await copyAll(parts, found.value, signal) : ready;
  const nowMs = parts.clock();
  if (signal.aborted) {
    await parts.store.settleCopy(copy, { nextAt: nowMs });
  } else if (!copied.ok) {
    await notMade(parts, copy, copied.error);
  } else {
    await noteCopy(parts, copy, session, 'copy.made', `${fragments.length} fragments`);
    await parts.store.settleCopy(copy, { ...(await nextOf(parts, copy)), isHeld: true, nextAt: nowMs });
    parts.redundancy.wake();
  }
}

/** What is not deleted is tried again, and told. */
async function notMade(parts: Parts, copy: ClaimedCopy, error: TallylightError): Promise<void> {
  if (error.code === 'video-unknown') await forget(parts, copy);
  await failed(parts, copy, error);
}

/** Error: `service-failed` where the folder is not the one that copies are in. */
async function isReady({ store, redundancy: { folder } }: Parts): Promise<Result<void>> {
  return (await isCopiesFolder(folder, store))
    ? ok(undefined)
    : fail('service-failed', 'the folder of the second copies is not there');
}

async function nextOf({ store }: Parts, copy: ClaimedCopy) {
  const fresh = { attempts: 0, lastError: '' };
  // By itself it goes nowhere that it was not on its way to before.
  if (copy.state === 'lost')
    return { ...fresh, state: copy.sentAt === null ? ('kept' as const) : ('sent' as const) };
  const destination = await store.destination(copy);
  return { ...fresh, state: destination === undefined ? ('kept' as const) : ('sending' as const) };
}

/** What was deleted while it was copied is not there afterwards. */
async function forget({ store, redundancy }: Parts, { videoId, sessionId }: ClaimedCopy): Promise<void> {
  if ((await store.video(videoId)) !== undefined) return;
  if ((await store.session(sessionId)) === undefined) return redundancy.copies.removeSession(sessionId);
  for (const stream of await store.streamsOf([sessionId]))
    if (stream.wrappedKey === '') await redundancy.copies.removeStream(sessionId, stream.id);
}

/** Errors: `video-unknown` once it is deleted, `vault-damaged`, `copies-disk-low`, `disk-full`, `service-failed`. */
async function copyAll(parts: Parts, made: MadeOf, signal: AbortSignal): Promise<Result<void>> {
  const { session, video, stream, fragments } = made;
  const key = streamKey(parts.keyring, session, stream);
  for (const fragment of fragments) {
    if (signal.aborted) return ok(undefined);
    // In the turn of the session, so that nothing is written behind a deletion.
    const copied = await parts.turns(session.id, async () =>
      (await parts.store.video(video.id)) === undefined
        ? fail('video-unknown', video.id)
        : copyOne(parts, { ...fragment, sessionId: session.id }, fragment.blob, key),
    );
    if (!copied.ok) return copied;
  }
  return ok(undefined);
}

async function copyOne(
  { blobs, redundancy: { copies, folder } }: Parts,
  of: BlobOf,
  name: string,
  key: Uint8Array,
): Promise<Result<void>> {
  // Whole as it is read, or nothing is copied: damage must not be what the copy is of.
  const read = await blobs.read(of, name, key);
  if (!read.ok) return read;
  if ((await copies.read(of, name, key)).ok) return ok(undefined);
  const sealed = await blobs.readSealed(of, name);
  if (sealed === undefined) return fail('vault-damaged', `${of.streamId} is not there any more`);
  const room = await checkRoom(folder, sealed.length);
  if (!room.ok) return room;
  const written = await copies.writeSealed(of, name, sealed);
  if (!written.ok) return written;
  const back = await copies.readSealed(of, name);
  return back !== undefined && Buffer.from(sealed).equals(back)
    ? ok(undefined)
    : fail('service-failed', 'the second copy is something else than was given');
}

/** Our second copy goes once the recording arrived at its destination. */
export async function removeCopy(parts: Parts, copy: ClaimedCopy): Promise<void> {
  const found = await madeOf(parts, copy.videoId);
  if (!found.ok) return notMade(parts, copy, found.error);
  const { session, fragments } = found.value;
  const ready = await isReady(parts);
  if (!ready.ok) return void (await tryAgain(parts, copy, ready.error));
  for (const fragment of fragments)
    await parts.redundancy.copies.remove({ ...fragment, sessionId: session.id }, fragment.blob);
  await noteCopy(parts, copy, session, 'copy.removed', 'it arrived at its destination');
  await parts.store.settleCopy(copy, { state: 'sent', isHeld: false, attempts: 0, lastError: '' });
}
