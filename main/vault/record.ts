import {
  type Fragment,
  type FragmentHeader,
  fragmentHeader,
  MAX_FRAGMENT_BYTES,
} from '../../contract/fragment.ts';
import { FORMAT } from './format.ts';
import { beginningOf, seal, TAG_BYTES, unseal } from './seal.ts';

// docs/vault-format.md: lengths of what follows (4 bytes, big-endian, then the same inverted), so that a damaged length does
// not pass for a torn end; link; sealed body (seal.ts) over header length (4 bytes), header as JSON, media bytes.
export const LENGTHS_BYTES = 8;
/** No record is longer: the largest fragment with its header, link and seal. */
const MOST_BYTES = MAX_FRAGMENT_BYTES + 4096;

/** What chains a record to the one before it in its channel: the tag of that. */
export type Link = Buffer;
export const FIRST_LINK: Link = Buffer.alloc(TAG_BYTES);

export type Place = Pick<FragmentHeader, 'sessionId' | 'channelId' | 'take' | 'sequence'>;

export function sealRecord(key: Uint8Array, { header, bytes }: Fragment, link: Link): Buffer {
  const told = Buffer.from(JSON.stringify(header));
  const body = seal(key, Buffer.concat([uint32(told.length), told, bytes]), boundTo(header, link));
  const length = link.length + body.length;
  return Buffer.concat([uint32(length), uint32(inverted(length)), link, body]);
}

/** Length of what follows; undefined where it was damaged. */
export function followingLength(lengths: Buffer): number | undefined {
  const length = lengths.readUInt32BE(0);
  const isOne = length > TAG_BYTES && length <= MOST_BYTES && lengths.readUInt32BE(4) === inverted(length);
  return isOne ? length : undefined;
}

/** The header that the beginning of a record (without its lengths) holds, if any. Nothing proves it but `openRecord`. */
export function claimedHeader(key: Uint8Array, beginning: Buffer): FragmentHeader | undefined {
  const plain = beginningOf(key, beginning.subarray(TAG_BYTES));
  if (plain.length < 4 || 4 + plain.readUInt32BE(0) > plain.length) return undefined;
  try {
    const told = JSON.parse(plain.subarray(4, 4 + plain.readUInt32BE(0)).toString());
    return fragmentHeader.safeParse(told).data;
  } catch {
    // No header at all.
    return undefined;
  }
}

/** The fragment of a record without its lengths; undefined where the key, the place, the link or a single bit is another. */
export function openRecord(key: Uint8Array, record: Buffer, place: Place): Fragment | undefined {
  const plain = unseal(key, record.subarray(TAG_BYTES), boundTo(place, linkOf(record)));
  if (plain === undefined) return undefined;
  const told = plain.readUInt32BE(0);
  const header = fragmentHeader.safeParse(JSON.parse(plain.subarray(4, 4 + told).toString()));
  return header.success ? { header: header.data, bytes: plain.subarray(4 + told) } : undefined;
}

/** Of the record before, as this one says. */
export function linkOf(record: Buffer): Link {
  return record.subarray(0, TAG_BYTES);
}

/** What the next record of the channel holds of this one. */
export function linkTo(record: Buffer): Link {
  return Buffer.from(record.subarray(-TAG_BYTES));
}

/** Binds a record to its place: after another one, or in another session, channel, take or position it does not open. */
function boundTo({ sessionId, channelId, take, sequence }: Place, link: Link): string {
  return `${FORMAT}|${sessionId}|${channelId}|${take}|${sequence}|${link.toString('hex')}`;
}

function inverted(length: number): number {
  return ~length >>> 0;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
