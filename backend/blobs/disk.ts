import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../contract/result.ts';
import { type BlobOf, type Blobs, isSessionName } from './blobs.ts';
import { opened, sealed } from './context.ts';
import { makeDirectory, writeDurably } from './durable.ts';
import { hasCode, ifThere } from './if-there.ts';

/** Again where somebody wrote into it meanwhile. */
const FOLDER = { recursive: true, force: true, maxRetries: 3 } as const;

/** Blobs as files `<root>/<session>/<stream>/<name>`. */
export function blobsOnDisk(root: string): Blobs {
  const directoryOf = (of: BlobOf) => join(root, of.sessionId, of.streamId);

  async function putFile(of: BlobOf, name: string, bytes: Uint8Array): Promise<Result<void>> {
    try {
      const directory = await makeDirectory(root, of.sessionId, of.streamId);
      await writeDurably(join(directory, name), bytes);
      return ok(undefined);
    } catch (error) {
      if (hasCode(error, 'ENOSPC', 'EDQUOT')) return fail('disk-full');
      throw error;
    }
  }

  return {
    async write(of, key, bytes) {
      // A random part, so that two writers of one place cannot overwrite each other before one is recorded.
      const name = `${of.take}.${of.sequence}.${randomBytes(6).toString('hex')}`;
      const put = await putFile(of, name, sealed(of, key, bytes));
      return put.ok ? ok(name) : put;
    },

    readSealed: (of, name) => ifThere(readFile(join(directoryOf(of), name))),
    writeSealed: putFile,

    read: async (of, name, key) => opened(of, key, await ifThere(readFile(join(directoryOf(of), name)))),

    remove: (of, name) => rm(join(directoryOf(of), name), { force: true }),
    names: async (sessionId, streamId) => (await ifThere(readdir(join(root, sessionId, streamId)))) ?? [],
    removeStream: (sessionId, streamId) => rm(join(root, sessionId, streamId), FOLDER),
    removeSession: (sessionId) => rm(join(root, sessionId), FOLDER),
    sessionIds: async () => ((await ifThere(readdir(root))) ?? []).filter(isSessionName),
  };
}
