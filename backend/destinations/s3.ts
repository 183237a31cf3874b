import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { assertSame, pieces, readBack } from './checked.ts';
import type { CredentialsOf, PlaceOf } from './destination.ts';
import { below, type ConfirmedBy, cleanUp, type OpenStore, orRemoved, type Upload } from './store.ts';

/** The smallest part that S3 takes, and as many as it takes (Amazon S3 multipart upload limits). */
const PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;

type Bucket = { readonly client: S3Client; readonly place: PlaceOf<'s3'>; readonly checksums: boolean };
type Target = { readonly Bucket: string; readonly Key: string };

export const openS3: OpenStore<'s3'> = async (place, credentials) => {
  const client = clientOf(place, credentials);
  const bucket = { client, place, checksums: place.checksums ?? place.endpoint === undefined };
  return {
    put: (upload) => put(bucket, upload),
    async remove(object, abortSignal) {
      await client.send(new DeleteObjectCommand(target(bucket, object)), { abortSignal });
    },
    async close() {
      client.destroy();
    },
  };
};

function clientOf(place: PlaceOf<'s3'>, credentials: CredentialsOf<'s3'>): S3Client {
  return new S3Client({
    region: place.region,
    ...(place.endpoint === undefined ? {} : { endpoint: place.endpoint }),
    forcePathStyle: place.pathStyle,
    // An object, so that no other source of credentials is asked: no file, no metadata of an instance.
    credentials: {
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
      ...(credentials.sessionToken === undefined ? {} : { sessionToken: credentials.sessionToken }),
    },
    // Stores that are compatible refuse or garble checksums that they do not know; where they are known we compute them.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
    // Otherwise each of these is looked for in the files of the machine.
    retryMode: 'standard',
    defaultsMode: 'standard',
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    sigv4aSigningRegionSet: [place.region],
    authSchemePreference: ['aws.auth#sigv4'],
    useArnRegion: false,
    disableMultiregionAccessPoints: true,
    disableS3ExpressSessionAuth: true,
    userAgentAppId: 'tallylight',
  });
}

function target({ place }: Bucket, object: string): Target {
  return { Bucket: place.bucket, Key: below(place.prefix, object) };
}

async function put(bucket: Bucket, upload: Upload): Promise<ConfirmedBy> {
  const to = target(bucket, upload.object);
  const pieceBytes = Math.max(PART_BYTES, Math.ceil(upload.sizeBytes / MAX_PARTS));
  const whole = upload.sizeBytes <= pieceBytes;
  const checksum = whole
    ? await putWhole(bucket, to, upload)
    : await putParts(bucket, to, upload, pieceBytes);
  const remove = (abortSignal: AbortSignal) =>
    bucket.client.send(new DeleteObjectCommand(to), { abortSignal });
  return orRemoved(() => confirm(bucket, to, upload, checksum), remove);
}

async function putWhole({ client, checksums }: Bucket, to: Target, upload: Upload): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of upload.bytes) chunks.push(chunk);
  const ChecksumSHA256 = Buffer.from(upload.sha256, 'hex').toString('base64');
  const extra = checksums ? { ChecksumSHA256 } : {};
  const command = new PutObjectCommand({ ...to, ...extra, Body: Buffer.concat(chunks) });
  await client.send(command, { abortSignal: upload.signal });
  return ChecksumSHA256;
}

/** The checksum of all parts as S3 writes it: that of the parts' checksums, and how many they are. */
async function putParts(
  { client, checksums }: Bucket,
  to: Target,
  { bytes, signal: abortSignal }: Upload,
  pieceBytes: number,
): Promise<string> {
  const extra = checksums ? ({ ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE' } as const) : {};
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...to, ...extra }), {
    abortSignal,
  });
  try {
    const Parts: CompletedPart[] = [];
    const composite = createHash('sha256');
    for await (const Body of pieces(bytes, pieceBytes)) {
      const digest = createHash('sha256').update(Body).digest();
      composite.update(digest);
      const sum = checksums ? { ChecksumSHA256: digest.toString('base64') } : {};
      const PartNumber = Parts.length + 1;
      const part = new UploadPartCommand({ ...to, ...sum, UploadId, PartNumber, Body });
      const { ETag } = await client.send(part, { abortSignal });
      Parts.push({ ...(ETag === undefined ? {} : { ETag }), ...sum, PartNumber });
    }
    const done = new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload: { Parts } });
    await client.send(done, { abortSignal });
    return `${composite.digest('base64')}-${Parts.length}`;
  } catch (error) {
    const abort = new AbortMultipartUploadCommand({ ...to, UploadId });
    await cleanUp((abortSignal) => client.send(abort, { abortSignal }));
    throw error;
  }
}

async function confirm(
  { client, checksums }: Bucket,
  to: Target,
  upload: Upload,
  checksum: string,
): Promise<ConfirmedBy> {
  const abortSignal = upload.signal;
  if (checksums) {
    const head = await client.send(new HeadObjectCommand({ ...to, ChecksumMode: 'ENABLED' }), {
      abortSignal,
    });
    if (head.ChecksumSHA256 !== undefined) {
      assertSame(head.ChecksumSHA256 === checksum && head.ContentLength === upload.sizeBytes, 'checksum');
      return 'checksum';
    }
  }
  const { Body } = await client.send(new GetObjectCommand(to), { abortSignal });
  return readBack(Body as Readable, upload);
}
