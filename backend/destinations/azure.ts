import { createHash } from 'node:crypto';
import {
  AnonymousCredential,
  type BlockBlobClient,
  ContainerClient,
  StorageRetryPolicyType,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { assertSame, pieces } from './checked.ts';
import type { CredentialsOf, PlaceOf } from './destination.ts';
import { below, type ConfirmedBy, type OpenStore, orRemoved, type Upload } from './store.ts';

const BLOCK_BYTES = 4 * 1024 * 1024;
/** As many blocks as a blob has (Azure Storage, "Put Block List"). */
const MAX_BLOCKS = 50_000;

export const openAzure: OpenStore<'azure'> = async (place, credentials) => {
  const container = containerOf(place, credentials);
  const blob = (object: string) => container.getBlockBlobClient(below(place.prefix, object));
  return {
    put: (upload) => put(blob(upload.object), upload),
    async remove(object, abortSignal) {
      await blob(object).delete({ abortSignal });
    },
    async close() {
      // Its connections end with the process.
    },
  };
};

function containerOf(place: PlaceOf<'azure'>, credentials: CredentialsOf<'azure'>): ContainerClient {
  const base = place.endpoint ?? `https://${place.account}.blob.core.windows.net`;
  const url = `${base.replace(/\/$/, '')}/${place.container}`;
  const retryOptions = { maxTries: 3, retryPolicyType: StorageRetryPolicyType.EXPONENTIAL };
  if ('accountKey' in credentials)
    return new ContainerClient(url, new StorageSharedKeyCredential(place.account, credentials.accountKey), {
      retryOptions,
    });
  const query = credentials.sasToken.replace(/^\?/, '');
  return new ContainerClient(`${url}?${query}`, new AnonymousCredential(), { retryOptions });
}

/**
 * Blocks that nobody sees until their list is committed. Each is sent with its MD5, and the service refuses one that does
 * not fit it ("Put Block", Content-MD5). The MD5 of a whole blob is only what a client says it is: nothing is confirmed by it.
 */
async function put(blob: BlockBlobClient, upload: Upload): Promise<ConfirmedBy> {
  const abortSignal = upload.signal;
  const blockBytes = Math.max(BLOCK_BYTES, Math.ceil(upload.sizeBytes / MAX_BLOCKS));
  const ids: string[] = [];
  for await (const block of pieces(upload.bytes, blockBytes)) {
    // Of one length, and of our own digest: blocks of two uploads at once are never mixed up.
    const number = String(ids.length).padStart(5, '0');
    const id = Buffer.from(`${upload.sha256.slice(0, 32)}-${number}`).toString('base64');
    const transactionalContentMD5 = createHash('md5').update(block).digest();
    await blob.stageBlock(id, block, block.length, { abortSignal, transactionalContentMD5 });
    ids.push(id);
  }
  await blob.commitBlockList(ids, { abortSignal });
  const confirm = async (): Promise<ConfirmedBy> => {
    const { contentLength } = await blob.getProperties({ abortSignal });
    assertSame(contentLength === upload.sizeBytes, 'size');
    return 'checksum';
  };
  return orRemoved(confirm, (signal) => blob.delete({ abortSignal: signal }));
}
