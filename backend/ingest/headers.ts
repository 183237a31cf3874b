import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { crc32Hex, FRAGMENT_HEADERS, sessionMs } from '../../contract/fragment.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import { sha256In } from '../http/digest.ts';

const contentDigest = z
  .string()
  .transform((value) => sha256In(value) ?? '')
  .pipe(z.string().min(1, 'Content-Digest must have sha-256=:…:'));

const milliseconds = z.string().min(1).transform(Number).pipe(sessionMs);

/** What the request headers of a fragment say of it. */
export const arrivalHeaders = z.object({
  [FRAGMENT_HEADERS.startedAtMs]: milliseconds,
  [FRAGMENT_HEADERS.durationMs]: milliseconds,
  [FRAGMENT_HEADERS.pausedBeforeMs]: milliseconds,
  [FRAGMENT_HEADERS.crc32]: crc32Hex,
  [FRAGMENT_HEADERS.contentDigest]: contentDigest,
});

/** `digest-mismatch` where the bytes are not those whose SHA-256 and CRC-32 were sent along. */
export function checkDigests(bytes: Uint8Array, sha256: string, crc: string): Result<void> {
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) return fail('digest-mismatch', 'sha-256');
  if (crc32(bytes).toString(16).padStart(8, '0') !== crc) return fail('digest-mismatch', 'crc-32');
  return ok(undefined);
}
