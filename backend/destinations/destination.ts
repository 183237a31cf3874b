import { isIP } from 'node:net';
import { z } from 'zod';
import { fail, ok, type Result } from '../../contract/result.ts';

/** As many characters as credentials may have where TALLYLIGHT_CREDENTIALS_MAX says nothing else. */
export const CREDENTIALS_MAX = 5000;

const LOOPBACK_V4 = /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || LOOPBACK_V4.test(host);
}

/** Nothing secret belongs into an address: it is shown to admins. */
const endpoint = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .refine((text) => URL.canParse(text) && isProtected(new URL(text)), 'https, or http on this machine itself')
  .refine((text) => URL.canParse(text) && isPlain(new URL(text)), 'no user, password, query or fragment');

function isProtected(url: URL): boolean {
  return url.protocol === 'https:' || isLoopback(url.hostname);
}

function isPlain(url: URL): boolean {
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

const host = z
  .string()
  .max(253)
  .refine(
    (text) => isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text),
    'a host name or address',
  );

const port = z.int().min(1).max(65_535);

/** Certificates in PEM that are trusted besides none other: for stores with an authority of their own. */
const ca = z
  .string()
  .max(20_000)
  .regex(/^\s*-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/, 'certificates in PEM');

const SEGMENT = /^(?!\.{1,2}$)[^/\\\p{Cc}]+$/u;

function isPath(text: string): boolean {
  return text.split('/').every((segment) => SEGMENT.test(segment));
}

/** A path below prefix or directory: no empty segment, none of dots, no control characters. */
export const objectName = z.string().min(1).max(700).refine(isPath, 'a path without .. and empty segments');

const prefix = z
  .string()
  .max(200)
  .refine((text) => text === '' || isPath(text), 'a path without slashes at its ends')
  .default('');

/** Absolute or below the home of whoever signs in. */
const directory = z
  .string()
  .min(1)
  .max(500)
  .refine((text) => text === '/' || text === '.' || isPath(text.replace(/^\//, '')), 'a path of a directory');

const s3 = z.object({
  kind: z.literal('s3'),
  /** Absent: Amazon's own. */
  endpoint: endpoint.optional(),
  region: z.string().regex(/^[a-z0-9-]{1,40}$/, 'small letters, digits and -, e.g. eu-central-1'),
  bucket: z.string().regex(/^[a-zA-Z0-9._-]{3,63}$/, '3 to 63 letters, digits, dots, - and _'),
  prefix,
  /** The bucket in the path rather than in the host name. */
  pathStyle: z.boolean().default(false),
  /**
   * Whether the store keeps x-amz-checksum-sha256. What is absent is true for Amazon's own and false elsewhere, where what
   * was sent is read back.
   */
  checksums: z.boolean().optional(),
  ca: ca.optional(),
});

const azure = z.object({
  kind: z.literal('azure'),
  /** Absent: https://ACCOUNT.blob.core.windows.net */
  endpoint: endpoint.optional(),
  account: z.string().regex(/^[a-z0-9]{3,24}$/, '3 to 24 small letters and digits'),
  container: z.string().regex(/^[a-z0-9-]{3,63}$/, '3 to 63 small letters, digits and -'),
  prefix,
  ca: ca.optional(),
});

const gcs = z.object({
  kind: z.literal('gcs'),
  /** Absent: https://storage.googleapis.com */
  endpoint: endpoint.optional(),
  bucket: z.string().regex(/^[a-z0-9._-]{3,222}$/, '3 to 222 small letters, digits, dots, - and _'),
  prefix,
  ca: ca.optional(),
});

const ftp = z
  .object({
    kind: z.literal('ftp'),
    host,
    port: port.default(21),
    /** `tls` is explicit TLS (RFC 4217) for commands and data. `none` only on this machine itself. */
    security: z.enum(['tls', 'none']).default('tls'),
    directory,
    ca: ca.optional(),
  })
  .refine((place) => place.security === 'tls' || isLoopback(place.host), {
    path: ['security'],
    message: 'none is for this machine itself only',
  });

const sftp = z.object({
  kind: z.literal('sftp'),
  host,
  port: port.default(22),
  directory,
  /** As `ssh-keygen -lf` prints it: SHA256:… */
  hostKeySha256: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'SHA256:… with 43 characters, as ssh-keygen -lf prints it'),
});

/** Where copies go. Nothing of it is secret: it is shown to admins. */
export const destinationPlace = z.discriminatedUnion('kind', [s3, azure, gcs, ftp, sftp]);
export type DestinationPlace = z.infer<typeof destinationPlace>;
export type DestinationKind = DestinationPlace['kind'];
export type PlaceOf<Kind extends DestinationKind> = Extract<DestinationPlace, { kind: Kind }>;

export const DESTINATION_KINDS = ['s3', 'azure', 'gcs', 'ftp', 'sftp'] as const satisfies DestinationKind[];

const secret = z.string().min(1);
const name = z
  .string()
  .min(1)
  .regex(/^\P{Cc}+$/u, 'one line');
const login = { username: name };

const CREDENTIALS = {
  s3: z.strictObject({ accessKeyId: name, secretAccessKey: name, sessionToken: name.optional() }),
  azure: z.union([
    z.strictObject({ accountKey: z.base64().min(1) }),
    /** A shared access signature: the query, with or without its question mark. */
    z.strictObject({ sasToken: name }),
  ]),
  /** The file of a service account's key as Google gives it out; what else it has is not read. */
  gcs: z.object({ client_email: name, private_key: secret }),
  ftp: z.strictObject({ ...login, password: name }),
  sftp: z.union([
    z.strictObject({ ...login, password: secret }),
    z.strictObject({ ...login, privateKey: secret, passphrase: secret.optional() }),
  ]),
} as const satisfies Record<DestinationKind, z.ZodType>;

export type CredentialsOf<Kind extends DestinationKind> = z.infer<(typeof CREDENTIALS)[Kind]>;

/**
 * Credentials from their JSON text. `credentials-invalid` names the fields at fault and never holds a value, nor the name
 * of a field that is not ours.
 */
export function parseCredentials<Kind extends DestinationKind>(
  kind: Kind,
  text: string,
): Result<CredentialsOf<Kind>> {
  const json = jsonOf(text);
  if (json === undefined) return fail('credentials-invalid', 'not JSON');
  const parsed = CREDENTIALS[kind].safeParse(json);
  if (parsed.success) return ok(parsed.data as CredentialsOf<Kind>);
  return fail('credentials-invalid', [...faultsOf(parsed.error.issues)].join('; '));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function faultsOf(issues: readonly z.core.$ZodIssue[]): Set<string> {
  return new Set(issues.flatMap(faultOf));
}

/** Only the place and the kind of a fault: a message may quote what was typed. */
function faultOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'invalid_union') return issue.errors.flatMap((issues) => [...faultsOf(issues)]);
  if (issue.code === 'unrecognized_keys') return ['a field that this kind does not have'];
  return [`${issue.path.join('.') || 'credentials'}: ${issue.code}`];
}
