import { readFileSync } from 'node:fs';
import { fail, ok, type Result } from '../../contract/result.ts';
import { settingRefused } from '../../contract/setting.ts';

/** A bucket of S3, or of anything that speaks its protocol, and who asks for it. */
export type S3Place = {
  readonly bucket: string;
  /** In front of every name, without a slash at either end; empty: none. */
  readonly prefix: string;
  /** Undefined: that of AWS in this region. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
};

type Variables = { readonly [name: string]: string | undefined };

/**
 * Where fragments are kept, by `TALLYLIGHT_BLOBS=s3://bucket/prefix` and `TALLYLIGHT_S3_ENDPOINT`, `_REGION`, `_ACCESS_KEY_ID` and
 * `_SECRET_ACCESS_KEY`; the last two also from a file, as `…_FILE`. Undefined: in the data folder. Error: `setting-refused`, which never
 * quotes a value that may be a secret.
 */
export function s3Of(variables: Variables): Result<S3Place | undefined> {
  const where = variables.TALLYLIGHT_BLOBS ?? '';
  if (where === '') return ok(undefined);
  // Bucket names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(where) ?? [];
  if (bucket === undefined)
    return settingRefused('TALLYLIGHT_BLOBS', 'it takes s3://bucket or s3://bucket/prefix');
  const endpoint = endpointOf(variables.TALLYLIGHT_S3_ENDPOINT);
  if (!endpoint.ok) return endpoint;
  const accessKeyId = secretOf(variables, 'TALLYLIGHT_S3_ACCESS_KEY_ID');
  if (!accessKeyId.ok) return accessKeyId;
  const secretAccessKey = secretOf(variables, 'TALLYLIGHT_S3_SECRET_ACCESS_KEY');
  if (!secretAccessKey.ok) return secretAccessKey;
  return ok({
    ...{ bucket, prefix: prefix.replace(/^\/+|\/+$/g, ''), endpoint: endpoint.value },
    region: variables.TALLYLIGHT_S3_REGION || 'us-east-1',
    ...{ accessKeyId: accessKeyId.value, secretAccessKey: secretAccessKey.value },
  });
}

/** TLS, but for this machine itself: names of objects say who recorded when. */
function endpointOf(text: string | undefined): Result<string | undefined> {
  if (text === undefined || text === '') return ok(undefined);
  const url = URL.parse(text);
  const isLocal = url !== null && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url === null || url.username !== '' || url.password !== '')
    return settingRefused(
      'TALLYLIGHT_S3_ENDPOINT',
      'it takes an address such as https://s3.example.org, without a name or password in it',
    );
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal))
    return fail('insecure-address', 'TALLYLIGHT_S3_ENDPOINT');
  return ok(text.replace(/\/+$/, ''));
}

function secretOf(variables: Variables, name: string): Result<string> {
  const given = variables[name];
  if (given !== undefined && given !== '') return ok(given);
  const path = variables[`${name}_FILE`];
  if (path === undefined || path === '')
    return settingRefused(name, `with TALLYLIGHT_BLOBS it is needed, or ${name}_FILE`);
  try {
    const read = readFileSync(path, 'utf8').trim();
    return read === '' ? settingRefused(`${name}_FILE`, `${path} is empty`) : ok(read);
  } catch {
    return settingRefused(`${name}_FILE`, `${path} cannot be read`);
  }
}
