import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { DESTINATION_KINDS, destinationPlace, objectName, parseCredentials } from './destination.ts';
import { openCredentials, sealCredentials } from './sealed.ts';

const S3 = { kind: 's3', region: 'eu-central-1', bucket: 'recordings' };
const FTP = { kind: 'ftp', host: 'files.example.org', directory: '/in' };

test('[P58] what an admin leaves out has a safe meaning', () => {
  expect(destinationPlace.parse(S3)).toEqual({ ...S3, prefix: '', pathStyle: false });
  expect(destinationPlace.parse(FTP)).toEqual({ ...FTP, port: 21, security: 'tls' });
});

test.each([
  ['plain http', { ...S3, endpoint: 'http://s3.example.org' }],
  ['a password in the address', { ...S3, endpoint: 'https://user:word@s3.example.org' }],
  ['a query in the address', { ...S3, endpoint: 'https://s3.example.org/?token=1' }],
  ['another protocol', { ...S3, endpoint: 'file:///etc/passwd' }],
  ['plain FTP', { ...FTP, security: 'none' }],
  ['a host that is more than one', { ...FTP, host: 'files.example.org/in' }],
  ['SFTP without a host key', { kind: 'sftp', host: 'files.example.org', directory: '/in' }],
  ['a directory outside', { ...FTP, directory: '/in/../..' }],
  ['a command in a directory', { ...FTP, directory: '/in\r\nDELE x' }],
  ['an unknown kind', { ...S3, kind: 'gopher' }],
])('[P58] %s is not a place', (_what, place) => {
  expect(destinationPlace.safeParse(place).success).toBe(false);
});

test.each(['http://127.0.0.1:9000', 'http://localhost:9000', 'http://[::1]:9000', 'https://s3.example.org'])(
  '%s is',
  (endpoint) => expect(destinationPlace.safeParse({ ...S3, endpoint }).success).toBe(true),
);

test.each(['', '/a', 'a/', 'a//b', 'a/../b', '.', 'a\nb', 'a\\b'])(
  '%j is not the name of an object',
  (name) => expect(objectName.safeParse(name).success).toBe(false),
);

test('[P47] what is wrong with credentials is told by field, never by what they hold', () => {
  for (const kind of DESTINATION_KINDS)
    for (const text of [
      'hunter2',
      '"hunter2"',
      '{"hunter2":"hunter2"}',
      '{"accessKeyId":"hunter2\\n","username":"hunter2\\n","accountKey":"hunter2!","client_email":"hunter2\\n"}',
    ]) {
      const parsed = parseCredentials(kind, text);
      expect(parsed).toMatchObject({ ok: false, error: { code: 'credentials-invalid' } });
      expect(JSON.stringify(parsed)).not.toContain('hunter2');
    }
  expect(parseCredentials('s3', '{"accessKeyId":"a"}')).toMatchObject({
    error: { detail: 'secretAccessKey: invalid_type' },
  });
});

test('the key file of a Google service account is taken as it is', () => {
  const file = {
    type: 'service_account',
    client_email: 'a@b.c',
    private_key: 'pem',
    token_uri: 'https://x/',
  };
  expect(parseCredentials('gcs', JSON.stringify(file))).toEqual({
    ok: true,
    value: { client_email: 'a@b.c', private_key: 'pem' },
  });
});

test('credentials that were sealed open with their own key only', () => {
  const [key, other] = [randomBytes(32), randomBytes(32)];
  const sealed = sealCredentials(key, '{"password":"hunter2"}');
  expect(sealed).not.toContain('hunter2');
  expect(openCredentials(key, Buffer.from(sealed, 'base64'))?.toString()).toBe('{"password":"hunter2"}');
  expect(openCredentials(other, Buffer.from(sealed, 'base64'))).toBeUndefined();
});

test.each([
  { ...S3, region: 'EU central' },
  { ...S3, bucket: 'my bucket' },
  { kind: 'azure', account: 'My-Account', container: 'recordings' },
  { kind: 'azure', account: 'account', container: 'My Container' },
  { kind: 'gcs', bucket: 'my bucket' },
  { kind: 'sftp', host: 'files.example.org', directory: '/in', hostKeySha256: 'MD5:00' },
])('[P58] what a name may be made of is said in words: %j', (place) => {
  const messages = destinationPlace.safeParse(place).error?.issues.map((issue) => issue.message);
  expect(messages).toEqual([expect.not.stringMatching(/pattern|Invalid|\^/)]);
});
