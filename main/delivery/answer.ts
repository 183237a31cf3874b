import { createHash } from 'node:crypto';
import { FRAGMENT_HEADERS } from '../../contract/fragment.ts';

/** Larger than any answer of use: the list of a day's fragments is a tenth of it. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * The JSON of an answer, or undefined where it is something else, does not end, or is not what was sent: whoever
 * answers may say its SHA-256 (RFC 9530). Rejects where the connection breaks meanwhile.
 */
export async function readAnswer(response: Response, maxBytes = MAX_ANSWER_BYTES): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  const whole = Buffer.concat(chunks);
  if (!isAsSent(whole, response.headers.get(FRAGMENT_HEADERS.contentDigest))) return undefined;
  try {
    return JSON.parse(whole.toString());
  } catch {
    return undefined;
  }
}

function isAsSent(body: Uint8Array, contentDigest: string | null): boolean {
  const told = /(?:^|,\s*)sha-256=:([^:]*):/.exec(contentDigest ?? '')?.[1];
  return told === undefined || createHash('sha256').update(body).digest('base64') === told;
}
