import { INIT_SEQUENCE } from '../../contract/fragment.ts';
import type { LifecycleEvent } from '../../contract/wire.ts';
import { newId } from '../access/secret.ts';
import { streamKey } from '../blobs/stream-key.ts';
import { toLive } from '../ingest/live.ts';
import { faultOf } from '../log.ts';
import type { Parts } from '../parts.ts';
import type { Audience } from '../session/events.ts';
import type { SessionRecord, StreamRecord } from '../store/records.ts';
import { endOutlet, type LiveFragment, MAX_WAITING_BYTES, type Outlet } from './hub.ts';

/** Sends the fragments of a stream from now on, the init segment of its take first. Answers how to stop. */
export function listenToStream(parts: Parts, { id, sessionId }: StreamRecord, outlet: Outlet): () => void {
  let stop = (): void => undefined;
  let isOpen = true;
  const begin = async () => {
    const session = await parts.store.session(sessionId);
    const stream = await parts.store.stream(id);
    if (!isOpen) return;
    if (session === undefined || stream === undefined || hasEnded(session, stream)) return endOutlet(outlet);
    const stopHere = await parts.live.subscribe(id, outlet, () => storedInit(parts, session, stream));
    if (isOpen) stop = stopHere;
    else stopHere();
  };
  // In the session's turn, so that no fragment falls between the init segment and the subscription.
  parts.turns(sessionId, begin).catch((error) => {
    outlet.end();
    parts.log(faultOf(error, parts.clock()));
  });
  return () => {
    isOpen = false;
    stop();
  };
}

/** Sends the events of a collection from now on, and ends with who does not read them. Answers how to stop. */
export function listenToCollection(parts: Parts, where: Audience, outlet: Outlet): () => void {
  // What is told before all instances know of this listener waits for the first word of it.
  let early: LifecycleEvent[] | undefined = [];
  const say = (event: LifecycleEvent) => {
    // An event that is skipped would be missed for good: who connects again asks what the sessions are.
    if (outlet.waitingBytes() > MAX_WAITING_BYTES) outlet.end();
    else outlet.text(JSON.stringify(event));
  };
  const listening = parts.events.listen(where, outlet.end, (event) => {
    if (early === undefined) say(event);
    else early.push(event);
  });
  listening.ready.then(() => {
    outlet.text(JSON.stringify({ connection_id: newId('ws-') }));
    for (const event of early ?? []) say(event);
    early = undefined;
  });
  return listening.now;
}

function hasEnded({ status }: SessionRecord, { store, revokedAt }: StreamRecord): boolean {
  if (revokedAt !== null) return true;
  return ['stopped', 'exported', 'failed'].includes(status) || (status === 'stopping' && !store);
}

/** After a restart memory is empty, but what is stored can be read. */
async function storedInit(
  parts: Parts,
  session: SessionRecord,
  stream: StreamRecord,
): Promise<LiveFragment | undefined> {
  if (stream.last === null) return undefined;
  const place = { take: stream.last.take, sequence: INIT_SEQUENCE };
  const held = await parts.store.fragment(stream.id, place);
  if (held === undefined) return undefined;
  const key = streamKey(parts.keyring, session, stream);
  const blobOf = { ...place, sessionId: session.id, streamId: stream.id };
  const read = await parts.blobs.read(blobOf, held.blob, key);
  return read.ok ? toLive(stream, { ...held, place, bytes: read.value }) : undefined;
}
