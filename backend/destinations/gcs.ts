import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { type File, Storage } from '@google-cloud/storage';
import { assertSame, readBack } from './checked.ts';
import type { CredentialsOf, PlaceOf } from './destination.ts';
import { below, type ConfirmedBy, type OpenStore, orRemoved, type Upload } from './store.ts';

/** A multiple of 256 KiB (Google Cloud Storage, "Resumable uploads"). */
const CHUNK_BYTES = 8 * 1024 * 1024;

export const openGcs: OpenStore<'gcs'> = async (place, credentials) => {
  const bucket = storageOf(place, credentials).bucket(place.bucket);
  const file = (object: string) => bucket.file(below(place.prefix, object));
  return {
    put: (upload) => put(file(upload.object), upload),
    async remove(object) {
      await file(object).delete();
    },
    async close() {
      // Its connections end with the process.
    },
  };
};

function storageOf(place: PlaceOf<'gcs'>, { client_email, private_key }: CredentialsOf<'gcs'>): Storage {
  const storage = new Storage({
    // No call here takes a project. Without a name, one is looked for on the machine and asked of its metadata.
    projectId: 'none',
    credentials: { client_email, private_key },
    ...(place.endpoint === undefined ? {} : { apiEndpoint: place.endpoint, useAuthWithCustomEndpoint: true }),
    retryOptions: { autoRetry: false, maxRetries: 0 },
  });
  // A token that the key signs itself (AIP-4111): nobody else is asked for one, and none lies anywhere that outlives us.
  storage.authClient.useJWTAccessWithScope = true;
  return storage;
}

/** A resumable upload, which nobody sees until its last byte; then what Google computed over the whole is compared. */
async function put(file: File, upload: Upload): Promise<ConfirmedBy> {
  const md5 = createHash('md5');
  const hashed = async function* (bytes: AsyncIterable<Uint8Array>) {
    for await (const chunk of bytes) {
      md5.update(chunk);
      yield chunk;
    }
  };
  // Asked for by itself, because the client begins no upload by itself that is signed where the endpoint is not Google's.
  const [uri] = await file.createResumableUpload();
  const to = file.createWriteStream({ uri, resumable: true, validation: false, chunkSize: CHUNK_BYTES });
  await pipeline(upload.bytes, hashed, to, { signal: upload.signal });
  const remove = () => file.delete();
  return orRemoved(() => confirm(file, upload, md5.digest('base64')), remove);
}

async function confirm(file: File, upload: Upload, md5: string): Promise<ConfirmedBy> {
  const [{ md5Hash, size }] = await file.getMetadata();
  upload.signal.throwIfAborted();
  if (md5Hash === undefined) return readBack(file.createReadStream({ validation: false }), upload);
  assertSame(md5Hash === md5 && Number(size) === upload.sizeBytes, 'checksum');
  return 'checksum';
}
