import type { BlobOf, Blobs } from '../blobs/blobs.ts';

/** Told of a blob that was put back from its second copy. */
export type OnRestored = (of: BlobOf) => Promise<void>;

/**
 * Blobs with a second copy of what is finished: what is missing or damaged is read from there, and put back. `isThere` says
 * whether a stream still has its key: what was deleted is not put back. Removing removes both.
 */
export function redundantBlobs(
  primary: Blobs,
  copies: Blobs,
  isThere: (streamId: string) => Promise<boolean>,
  onRestored: OnRestored,
): Blobs {
  /** What cannot be put back now is read from the copy again the next time. */
  async function putBack(of: BlobOf, name: string): Promise<boolean> {
    if (!(await isThere(of.streamId))) return false;
    const sealed = await copies.readSealed(of, name);
    if (sealed === undefined || !(await primary.writeSealed(of, name, sealed)).ok) return false;
    if (await isThere(of.streamId)) return true;
    // Whoever deleted it meanwhile may have removed what there was before this was written.
    await primary.removeStream(of.sessionId, of.streamId);
    return false;
  }

  return {
    ...primary,
    async read(of, name, key) {
      const read = await primary.read(of, name, key);
      if (read.ok || read.error.code !== 'vault-damaged') return read;
      const copy = await copies.read(of, name, key);
      if (!copy.ok) return read;
      if (await putBack(of, name)) await onRestored(of);
      return copy;
    },
    // The copy first: what is found there could be put back behind whoever removes.
    async remove(of, name) {
      await copies.remove(of, name);
      await primary.remove(of, name);
    },
    async removeStream(sessionId, streamId) {
      await copies.removeStream(sessionId, streamId);
      await primary.removeStream(sessionId, streamId);
    },
    async removeSession(sessionId) {
      await copies.removeSession(sessionId);
      await primary.removeSession(sessionId);
    },
    async sessionIds() {
      return [...new Set([...(await primary.sessionIds()), ...(await copies.sessionIds())])];
    },
  };
}
