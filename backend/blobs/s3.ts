import { createHash, randomBytes } from 'node:crypto';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsCommand,
  NoSuchKey,
  PutObjectCommand,
  type PutObjectCommandOutput,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { fail, ok, type Result } from '../../contract/result.ts';
import { type BlobOf, type Blobs, isSessionName, SESSION_PREFIX } from './blobs.ts';
import { opened, sealed } from './context.ts';
import type { S3Place } from './s3-place.ts';

/** Of one request; the client of a recorder waits longer than all of them together. */
const ATTEMPTS = 3;
const CONNECT_MS = 2000;
const ANSWER_MS = 10_000;

/** Most objects that one request lists or removes: the limit of S3. */
const PAGE = 1000;

export type S3Blobs = Blobs & {
  /** Puts `text` beside the sessions unless something is there, and answers what is there. Throws where the store does not answer. */
  readonly settle: (name: string, text: string) => Promise<string>;
  /** What is there beside the sessions; undefined: nothing. Throws as `settle`. */
  readonly settled: (name: string) => Promise<string | undefined>;
  readonly unsettle: (name: string) => Promise<void>;
  readonly close: () => void;
};

/**
 * Blobs as objects `<prefix>/<session>/<stream>.<name>`. Nothing is looked up in the AWS settings of the machine. `answerMs`: longest
 * silence of the store, before its answer and within.
 */
export function blobsOnS3(place: S3Place, answerMs = ANSWER_MS): S3Blobs {
  const client = clientFor(place, answerMs);
  const { bucket: Bucket, prefix } = place;
  const root = prefix === '' ? '' : `${prefix}/`;
  const keyOf = (of: BlobOf, name: string) => `${root}${of.sessionId}/${of.streamId}.${name}`;

  async function put(Key: string, body: Uint8Array): Promise<boolean> {
    const sha256 = createHash('sha256').update(body).digest('base64');
    const command = { Bucket, Key, Body: body, ContentLength: body.length, ChecksumSHA256: sha256 };
    return isTaken(await client.send(new PutObjectCommand(command)), body, sha256);
  }

  async function get(Key: string): Promise<Uint8Array | undefined> {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return await Body?.transformToByteArray();
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  /** In the first form of listing: its pages begin after a name, which every store that speaks S3 understands. */
  async function* listed(Prefix: string, Delimiter?: string) {
    for (let Marker: string | undefined; ; ) {
      const wish = { Bucket, Prefix, Delimiter, MaxKeys: PAGE, Marker };
      const page = await client.send(new ListObjectsCommand(wish));
      yield page;
      const folder = page.CommonPrefixes?.at(-1)?.Prefix;
      const object = page.Contents?.at(-1)?.Key ?? '';
      // After all that is in the folder: nothing of ours begins with `~`.
      const last = folder === undefined || object > `${folder}~` ? object : `${folder}~`;
      Marker = last === '' ? undefined : last;
      if (page.IsTruncated !== true || Marker === undefined) return;
    }
  }

  async function removeAll(within: string): Promise<void> {
    for await (const { Contents = [] } of listed(root + within)) {
      const Objects = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]));
      if (Objects.length === 0) continue;
      const command = new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } });
      const { Errors = [] } = await client.send(command);
      if (Errors.length > 0) throw new Error(`${Errors.length} objects were not removed: ${Errors[0]?.Code}`);
    }
  }

  const putObject = (of: BlobOf, name: string, bytes: Uint8Array): Promise<Result<void>> =>
    orUnanswered(async () => {
      const isWritten = await put(keyOf(of, name), bytes);
      return isWritten
        ? ok(undefined)
        : fail('service-failed', 'the store holds something else than it was given');
    });

  return {
    async write(of, key, bytes) {
      // A random part, so that two writers of one place cannot overwrite each other before one is recorded.
      const name = `${of.take}.${of.sequence}.${randomBytes(6).toString('hex')}`;
      const written = await putObject(of, name, sealed(of, key, bytes));
      return written.ok ? ok(name) : written;
    },

    readSealed: (of, name) => get(keyOf(of, name)),
    writeSealed: putObject,

    read: (of, name, key) => orUnanswered(async () => opened(of, key, await get(keyOf(of, name)))),

    async remove(of, name) {
      await client.send(new DeleteObjectCommand({ Bucket, Key: keyOf(of, name) }));
    },
    async names(sessionId, streamId) {
      const start = `${root}${sessionId}/${streamId}.`;
      const names: string[] = [];
      for await (const { Contents = [] } of listed(start))
        names.push(...Contents.map(({ Key = '' }) => Key.slice(start.length)));
      return names;
    },
    removeStream: (sessionId, streamId) => removeAll(`${sessionId}/${streamId}.`),
    removeSession: (sessionId) => removeAll(`${sessionId}/`),

    async sessionIds() {
      const ids: string[] = [];
      for await (const { CommonPrefixes = [] } of listed(root + SESSION_PREFIX, '/'))
        ids.push(...CommonPrefixes.map(({ Prefix = '' }) => Prefix.slice(root.length, -1)));
      return ids.filter(isSessionName);
    },

    async settle(name, text) {
      const there = await get(root + name);
      if (there !== undefined) return textOf(there);
      const command = { Bucket, Key: root + name, Body: Buffer.from(text), IfNoneMatch: '*' };
      // Refused where somebody else was faster; a store that does not know the condition ignores it, or refuses it.
      await client.send(new PutObjectCommand(command)).catch(async (error: unknown) => {
        if (statusOf(error) === 501) await put(root + name, Buffer.from(text));
        else if (statusOf(error) !== 412 && statusOf(error) !== 409) throw error;
      });
      const back = await get(root + name);
      if (back === undefined) throw new Error('the store does not hold what it was given');
      return textOf(back);
    },

    async settled(name) {
      const there = await get(root + name);
      return there && textOf(there);
    },

    async unsettle(name) {
      await client.send(new DeleteObjectCommand({ Bucket, Key: root + name }));
    },

    close: () => client.destroy(),
  };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

function clientFor({ endpoint, region, accessKeyId, secretAccessKey }: S3Place, answerMs: number): S3Client {
  return new S3Client({
    ...(endpoint === undefined ? {} : { endpoint }),
    // A bucket in the host name needs DNS that only AWS has.
    ...{ region, forcePathStyle: endpoint !== undefined, credentials: { accessKeyId, secretAccessKey } },
    // All that would be looked for in the files and variables of AWS otherwise.
    ...{ useDualstackEndpoint: false, useFipsEndpoint: false, useArnRegion: false },
    ...{
      disableMultiregionAccessPoints: true,
      disableS3ExpressSessionAuth: true,
      userAgentAppId: 'Tallylight',
    },
    ...{ defaultsMode: 'standard', retryMode: 'standard', maxAttempts: ATTEMPTS },
    // We send a digest of our own; the trailing checksum of newer SDKs is not understood everywhere.
    ...{ requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' },
    requestHandler: {
      ...{ connectionTimeout: CONNECT_MS, requestTimeout: answerMs, throwOnRequestTimeout: true },
      // The one above ends with the head of an answer: a body that stops half way would hold the turn of its session for ever.
      socketTimeout: answerMs,
      httpAgent: { maxSockets: 128, keepAlive: true },
      httpsAgent: { maxSockets: 128, keepAlive: true },
    },
  });
}

/**
 * Whether what the store says it holds is what it was given. It was sent SHA-256, which S3 holds against the bytes; a store that
 * ignores that tells the MD5 of an object as its ETag, unless it encrypts by itself.
 */
function isTaken(answer: PutObjectCommandOutput, body: Uint8Array, sha256: string): boolean {
  if (answer.ChecksumSHA256 !== undefined) return answer.ChecksumSHA256 === sha256;
  const etag = /^"?([0-9a-f]{32})"?$/.exec(answer.ETag ?? '')?.[1];
  if (etag === undefined || answer.ServerSideEncryption !== undefined) return true;
  return etag === createHash('md5').update(body).digest('hex');
}

/** The SDK has tried as often as it may; what is left is for whoever asked to try later. */
async function orUnanswered<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await work();
  } catch (error) {
    // Its name and no more: a message of the SDK may quote the request.
    return fail(
      'service-failed',
      `the store of the service: ${error instanceof Error ? error.name : 'no answer'}`,
    );
  }
}
