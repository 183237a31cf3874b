import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export type Call = { readonly url: URL; readonly incoming: IncomingMessage; readonly body: Buffer };

/**
 * Whether a call is signed with the secret of that key (AWS Signature Version 4, "Create a signed AWS API
 * request").
 */
export function isSigned({ url, incoming }: Call, accessKeyId: string, secret: string): boolean {
  const { authorization = '', 'x-amz-date': date, 'x-amz-content-sha256': payload } = incoming.headers;
  const [, credential = '', names = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    ) ?? [];
  const [id, ...scope] = credential.split('/');
  if (id !== accessKeyId || typeof payload !== 'string') return false;
  const query = [...url.searchParams].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).sort();
  const headers = names.split(';').map((name) => `${name}:${`${incoming.headers[name] ?? ''}`.trim()}\n`);
  const path = (incoming.url ?? '').split('?')[0];
  const request = [incoming.method, path, query.join('&'), headers.join(''), names, payload].join('\n');
  const signed = ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(request)].join('\n');
  const key = scope.reduce<string | Buffer>((before, part) => hmac(before, part), `AWS4${secret}`);
  return hmac(key, signed).toString('hex') === signature;
}

/** Whether the body is the one that was signed. */
export function isWhole({ incoming, body }: Call): boolean {
  const payload = incoming.headers['x-amz-content-sha256'];
  return payload === 'UNSIGNED-PAYLOAD' || payload === sha256(body);
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** RFC 3986: also what encodeURIComponent leaves as it is. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
