import {
  type DestinationKind,
  type DestinationPlace,
  destinationPlace,
} from '../destinations/destination.ts';
import type { Faults } from './parts/fields.ts';

/** One thing to be filled in, of a place or of what opens it. */
export type Asked = {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly isRequired?: boolean;
  /** `lines`: several, as a key in PEM has. */
  readonly as?: 'number' | 'flag' | 'lines';
};

const PREFIX: Asked = {
  name: 'prefix',
  label: 'Prefix',
  hint: 'A path in front of every object, without slashes at its ends.',
};
const ENDPOINT: Asked = { name: 'endpoint', label: 'Address', hint: 'https://…; empty: the provider’s own.' };
const CA: Asked = {
  ...{ name: 'ca', label: 'Authority', as: 'lines' },
  hint: 'Certificates in PEM, where the store has an authority of its own.',
};
const DIRECTORY: Asked = { name: 'directory', label: 'Directory', isRequired: true };
const HOST: Asked = { name: 'host', label: 'Host', hint: 'A name or an address.', isRequired: true };
const port = (usual: number): Asked => ({
  name: 'port',
  label: 'Port',
  hint: `Empty: ${usual}.`,
  as: 'number',
});

export const KIND_WORDS: { readonly [K in DestinationKind]: string } = {
  s3: 'S3, or anything that speaks its protocol',
  azure: 'Azure Blob Storage',
  gcs: 'Google Cloud Storage',
  ftp: 'FTP over TLS',
  sftp: 'SFTP',
};

const BUCKET: Asked = { name: 'bucket', label: 'Bucket', isRequired: true };

export const PLACE_FIELDS: { readonly [K in DestinationKind]: readonly Asked[] } = {
  s3: [
    BUCKET,
    { name: 'region', label: 'Region', hint: 'For example eu-central-1.', isRequired: true },
    PREFIX,
    ENDPOINT,
    { name: 'pathStyle', label: 'The bucket is in the path, not in the host name', as: 'flag' },
    CA,
  ],
  azure: [
    { name: 'account', label: 'Account', isRequired: true },
    { name: 'container', label: 'Container', isRequired: true },
    ...[PREFIX, ENDPOINT, CA],
  ],
  gcs: [BUCKET, PREFIX, ENDPOINT, CA],
  ftp: [HOST, port(21), DIRECTORY, CA],
  sftp: [
    ...[HOST, port(22), DIRECTORY],
    {
      ...{ name: 'hostKeySha256', label: 'Fingerprint of the host key', isRequired: true },
      hint: 'As ssh-keygen -lf prints it: SHA256:…',
    },
  ],
};

const USERNAME: Asked = { name: 'username', label: 'User', isRequired: true };

/** Field `json` is all of them, as the provider gives them out. */
export const CREDENTIAL_FIELDS: { readonly [K in DestinationKind]: readonly Asked[] } = {
  s3: [
    { name: 'accessKeyId', label: 'Access key id', isRequired: true },
    { name: 'secretAccessKey', label: 'Secret access key', isRequired: true },
    { name: 'sessionToken', label: 'Session token' },
  ],
  azure: [
    { name: 'accountKey', label: 'Account key', hint: 'This, or a shared access signature.' },
    { name: 'sasToken', label: 'Shared access signature' },
  ],
  gcs: [
    {
      name: 'json',
      label: 'Key of a service account',
      hint: 'The JSON file.',
      as: 'lines',
      isRequired: true,
    },
  ],
  ftp: [USERNAME, { name: 'password', label: 'Password of the user', isRequired: true }],
  sftp: [
    USERNAME,
    { name: 'password', label: 'Password of the user', hint: 'This, or a private key.' },
    { name: 'privateKey', label: 'Private key', as: 'lines' },
    { name: 'passphrase', label: 'Passphrase of the private key' },
  ],
};

type Read = { readonly place: DestinationPlace; readonly credentials: string } | { readonly faults: Faults };

/** A form as it was sent. What is wrong is told by field, never by what was in it. */
export function readForm(kind: DestinationKind, form: URLSearchParams): Read {
  const place = destinationPlace.safeParse({ kind, ...filled(PLACE_FIELDS[kind], form) });
  if (!place.success) {
    const names = place.error.issues.map(({ path }) => String(path[0]));
    return { faults: Object.fromEntries(names.map((name) => [name, faultOf(kind, name)])) };
  }
  const { json, ...secrets } = filled(CREDENTIAL_FIELDS[kind], form);
  return { place: place.data, credentials: json === undefined ? JSON.stringify(secrets) : String(json) };
}

function faultOf(kind: DestinationKind, name: string): string {
  const asked = PLACE_FIELDS[kind].find((each) => each.name === name);
  return `${asked?.label ?? 'This'} is not of the form that is expected.`;
}

function filled(asked: readonly Asked[], form: URLSearchParams): Record<string, unknown> {
  const values = asked.map(({ name, as }) => {
    // A password may begin or end with a space; lines come with the ends that browsers give them.
    const text = form.get(name)?.replaceAll('\r\n', '\n') ?? '';
    if (as === 'flag') return [name, text !== ''] as const;
    return [name, text === '' ? undefined : as === 'number' ? Number(text) : text] as const;
  });
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}
