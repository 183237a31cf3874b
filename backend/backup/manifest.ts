import { join } from 'node:path';
import { z } from 'zod';
import { isCompactJws } from '../../contract/jws.ts';
import { writeDurably } from '../blobs/durable.ts';
import type { Signer } from '../secrets/signer.ts';
import { ifThere, sha256Of } from './checked-file.ts';

const fileSum = z.object({ sha256: z.string(), bytes: z.int() });

/** A fragment that the service itself could not give, or whose bytes there are not what was received. */
const unreadable = z.object({
  session: z.string(),
  stream: z.string(),
  take: z.int(),
  sequence: z.int(),
});
export type Unreadable = z.infer<typeof unreadable>;

/** What one generation is: `manifest.json`. */
export const manifest = z.object({
  format: z.literal(1),
  service: z.string(),
  /** ISO 8601. */
  made_at: z.string(),
  migrations: z.array(z.string()),
  sessions: z.int(),
  recordings: z.int(),
  blobs: z.int(),
  /** Of media; the sealed fragments are a little larger. */
  bytes: z.int(),
  /** By name within the folder of the generation. */
  files: z.record(z.string(), fileSum),
  unreadable: z.array(unreadable),
});
export type Manifest = z.infer<typeof manifest>;

/** One line of `recordings.jsonl.gz`: what is kept of a stream. */
export const recordingLine = z.object({
  session: z.string(),
  stream: z.string(),
  blobs: z.int(),
  bytes: z.int(),
  /** SHA-256 over a line `<sha256>  <name>` for each blob, in the order of take and sequence. */
  digest: z.string(),
});
export type RecordingLine = z.infer<typeof recordingLine>;

export const DATABASE_FILE = 'database.jsonl.gz';
export const RECORDINGS_FILE = 'recordings.jsonl.gz';
export const HEADS_FILE = 'audit-heads.json';
const MANIFEST_FILE = 'manifest.json';
const SIGNATURE_FILE = 'manifest.jws';

/** Header `typ` of the service's word for a manifest. */
const BACKUP_TYP = 'tallylight-backup+jwt';

export async function writeManifest(path: string, value: Manifest, signer: Signer): Promise<void> {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  await writeDurably(join(path, SIGNATURE_FILE), Buffer.from(await signer.sign(BACKUP_TYP, claimsOf(text))));
  await writeDurably(join(path, MANIFEST_FILE), Buffer.from(text));
}

/**
 * The manifest of a generation; undefined where it is not what was written: by the signature of the service where `signer`
 * is given, else by the digest that was signed.
 */
export async function readManifest(path: string, signer?: Signer): Promise<Manifest | undefined> {
  const text = await ifThere(join(path, MANIFEST_FILE));
  const jws = await ifThere(join(path, SIGNATURE_FILE));
  if (text === undefined || jws === undefined || !isCompactJws(jws)) return undefined;
  const said = signer === undefined ? payloadOf(jws) : await signer.verify(BACKUP_TYP, jws);
  if (said?.sha256 !== claimsOf(text).sha256) return undefined;
  const read = manifest.safeParse(JSON.parse(text));
  return read.success ? read.data : undefined;
}

function claimsOf(text: string): { readonly sha256: string } {
  return { sha256: sha256Of(text) };
}

const payload = z.object({ sha256: z.string() });

function payloadOf(jws: string): z.infer<typeof payload> | undefined {
  try {
    const read = payload.safeParse(JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()));
    return read.success ? read.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
