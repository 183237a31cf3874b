import { createHash } from 'node:crypto';
import { FRAGMENT_HEADERS } from '../../contract/fragment.ts';

const SHA_256 = /(?:^|,\s*)sha-256=:([A-Za-z0-9+/]{43}=):/;

/** The SHA-256 in a `Content-Digest` (RFC 9530), a dictionary whose other digests are left alone; as hex. */
export function sha256In(contentDigest: string): string | undefined {
  const base64 = SHA_256.exec(contentDigest)?.[1];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('hex');
}

/** The header by which whoever gets this body can tell that nothing happened to it on the way. */
export function digestHeader(body: string): Record<string, string> {
  return {
    [FRAGMENT_HEADERS.contentDigest]: `sha-256=:${createHash('sha256').update(body).digest('base64')}:`,
  };
}

/** Whether the body is the one its `Content-Digest` speaks of; where there is none, nobody can say. */
export function fits(body: Uint8Array, contentDigest: string | undefined): boolean {
  const sha256 = sha256In(contentDigest ?? '');
  return sha256 === undefined || createHash('sha256').update(body).digest('hex') === sha256;
}
