import { fail, ok, type Result } from '../../contract/result.ts';
import { blobsOnS3 } from './s3.ts';
import type { S3Place } from './s3-place.ts';

/** Beside the sessions: whose place this is. */
const OWNER = 'tallylight-service';

/**
 * Claims the place for the service with this key id, for good. Two services in one place would each remove what the other keeps,
 * as nothing that they know of. Errors: `data-in-use`, `service-failed` where the store does not answer.
 */
export async function claimPlace(place: S3Place, kid: string): Promise<Result<void>> {
  const { bucket, prefix } = place;
  const blobs = blobsOnS3(place);
  try {
    const owner = await blobs.settle(OWNER, kid);
    return owner === kid
      ? ok(undefined)
      : fail('data-in-use', `s3://${bucket}/${prefix} holds what another service keeps`);
  } catch (error) {
    return fail(
      'service-failed',
      `s3://${bucket}/${prefix}: ${error instanceof Error ? error.name : 'no answer'}`,
    );
  } finally {
    blobs.close();
  }
}
