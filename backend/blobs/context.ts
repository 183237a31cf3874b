import { fail, type Result } from '../../contract/result.ts';
import { open, seal } from '../secrets/seal.ts';
import type { BlobOf } from './blobs.ts';

/** What is authenticated with the bytes of a fragment, wherever they are kept. */
export function blobContext({ streamId, take, sequence }: BlobOf): string {
  return `tallylight fragment 1\n${streamId}\n${take}\n${sequence}`;
}

export function sealed(of: BlobOf, key: Uint8Array, bytes: Uint8Array): Buffer {
  return seal(key, bytes, blobContext(of));
}

/** `vault-damaged` where a bit is not what was written, or it was written elsewhere; undefined is a blob that is missing. */
export function opened(of: BlobOf, key: Uint8Array, blob: Uint8Array | undefined): Result<Uint8Array> {
  const value = blob && open(key, blob, blobContext(of));
  return value === undefined
    ? fail('vault-damaged', `${of.streamId} ${of.take}/${of.sequence}`)
    : { ok: true, value };
}
