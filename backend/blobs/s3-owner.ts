import { fail, ok, type Result } from '../../contract/result.ts';
import { OWNER_FILE } from './owner-file.ts';
import { blobsOnS3, type S3Blobs } from './s3.ts';
import type { S3Place } from './s3-place.ts';

/**
 * Claims the place for the service with this id, for good. Two services in one place would each remove what the other keeps,
 * as nothing that they know of. Errors: `data-in-use`, `service-failed` where the store does not answer.
 */
export async function claimPlace(place: S3Place, id: string): Promise<Result<void>> {
  const owner = await asked(place, (blobs) => blobs.settle(OWNER_FILE, id));
  if (!owner.ok || owner.value === id) return owner.ok ? ok(undefined) : owner;
  return fail('data-in-use', `s3://${place.bucket}/${place.prefix} holds what another service keeps`);
}

/** The id of the service that has the place; undefined: none. Error: `service-failed`. */
export function ownerOfPlace(place: S3Place): Promise<Result<string | undefined>> {
  return asked(place, (blobs) => blobs.settled(OWNER_FILE));
}

/** Whoever claims it next has it. Error: `service-failed`. */
export function freePlace(place: S3Place): Promise<Result<void>> {
  return asked(place, (blobs) => blobs.unsettle(OWNER_FILE));
}

async function asked<T>(place: S3Place, ask: (blobs: S3Blobs) => Promise<T>): Promise<Result<T>> {
  const blobs = blobsOnS3(place);
  try {
    return ok(await ask(blobs));
  } catch (error) {
    return fail(
      'service-failed',
      `s3://${place.bucket}/${place.prefix}: ${error instanceof Error ? error.name : 'no answer'}`,
    );
  } finally {
    blobs.close();
  }
}
