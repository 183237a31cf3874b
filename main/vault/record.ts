import { type Fragment, type FragmentHeader, fragmentHeader } from '../../contract/fragment.ts';
import { seal, unseal } from './seal.ts';

// A record: length of the sealed body (4 bytes, big-endian), the same inverted, so that a damaged length does not pass
// for a torn end, then the body (seal.ts) over header length (4 bytes), header as JSON, media bytes.
export const LENGTHS_BYTES = 8;

export type Place = Pick<FragmentHeader, 'sessionId' | 'channelId' | 'take' | 'sequence'>;

export function sealRecord(key: Uint8Array, { header, bytes }: Fragment): Buffer {
  const told = Buffer.from(JSON.stringify(header));
  const body = seal(key, Buffer.concat([uint32(told.length), told, bytes]), boundTo(header));
  return Buffer.concat([uint32(body.length), uint32(inverted(body.length)), body]);
}

/** Length of the sealed body that follows; undefined where it was damaged. */
export function bodyLength(lengths: Buffer): number | undefined {
  const length = lengths.readUInt32BE(0);
  return lengths.readUInt32BE(4) === inverted(length) ? length : undefined;
}

/** The fragment of a sealed body; undefined where the key, the place or a single bit is another. */
export function openRecord(key: Uint8Array, sealed: Uint8Array, place: Place): Fragment | undefined {
  const plain = unseal(key, sealed, boundTo(place));
  if (plain === undefined) return undefined;
  const told = plain.readUInt32BE(0);
  const header = fragmentHeader.safeParse(JSON.parse(plain.subarray(4, 4 + told).toString()));
  return header.success ? { header: header.data, bytes: plain.subarray(4 + told) } : undefined;
}

/** Binds a record to its place: another session, channel, take or position does not open. */
function boundTo({ sessionId, channelId, take, sequence }: Place): string {
  return `tallylight-vault/1|${sessionId}|${channelId}|${take}|${sequence}`;
}

function inverted(length: number): number {
  return ~length >>> 0;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
