import { fail, ok, type Result } from '../../contract/result.ts';
import type { Parts } from '../parts.ts';
import { endStreams } from './end.ts';

/** Deletes a session with its key, streams, fragments, videos and tokens. Error: `session-unknown`. */
export function deleteSession(parts: Parts, id: string): Promise<Result<void>> {
  return parts.turns(id, async () => {
    const streams = await parts.store.streamsOf([id]);
    // The key goes first: whatever stops this half-way, nobody can open what is left.
    if (!(await parts.store.deleteSession(id))) return fail('session-unknown', id);
    await parts.store.scrub();
    endStreams(parts, streams);
    await parts.blobs.removeSession(id);
    return ok(undefined);
  });
}
