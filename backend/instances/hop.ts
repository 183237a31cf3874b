import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { open, seal } from '../secrets/seal.ts';
import { message, type Parcel } from './peers.ts';

/** Says who sends to whom, before the body is read. */
export const HOP_HEADER = 'x-tallylight-hop';

/** How far the clocks of two instances may be apart, in milliseconds. */
const TOLERANCE_MS = 60_000;

const envelope = z.object({ from: z.string(), to: z.string(), id: z.string().length(22), at: z.int() });
export type Envelope = z.infer<typeof envelope>;

/**
 * What goes from one instance to another: sealed and authenticated as a whole under the key that they share, so that it needs no
 * certificate, and reads for nobody on the way. The header is `<base64url of the envelope>.<HMAC-SHA256>`.
 */
export function newEnvelope(from: string, to: string, nowMs: number): Envelope {
  return { from, to, id: randomBytes(16).toString('base64url'), at: Math.floor(nowMs) };
}

export function headerOf(key: Uint8Array, of: Envelope): string {
  const text = Buffer.from(JSON.stringify(of)).toString('base64url');
  return `${text}.${macOf(key, text)}`;
}

/** Undefined where it is not one of an instance to this one, made now, that was not seen before. */
export function newHearing(key: Uint8Array, to: string) {
  const seen = new Map<string, number>();
  return (header: string | undefined, nowMs: number): Envelope | undefined => {
    const [text = '', mac = ''] = (header ?? '').split('.');
    const [given, right] = [Buffer.from(mac), Buffer.from(macOf(key, text))];
    if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
    const read = envelope.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    if (!read.success || read.data.to !== to || Math.abs(read.data.at - nowMs) > TOLERANCE_MS)
      return undefined;
    for (const [id, until] of seen) {
      if (until > nowMs) break;
      seen.delete(id);
    }
    if (seen.has(read.data.id)) return undefined;
    seen.set(read.data.id, nowMs + 2 * TOLERANCE_MS);
    return read.data;
  };
}

/** Which of the two a body is: what is said, or what is answered to it. */
export type Way = 'to' | 'back';

/** Length of the message as JSON (4 bytes), the message, its bytes; AES-256-GCM, bound to the envelope. */
export function sealedParcel(key: Uint8Array, of: Envelope, way: Way, parcel: Parcel): Buffer {
  const json = Buffer.from(JSON.stringify(parcel.message));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return seal(key, Buffer.concat([length, json, parcel.bytes]), contextOf(of, way));
}

/** Undefined where a bit of it is not what was sealed for this. */
export function openedParcel(key: Uint8Array, of: Envelope, way: Way, body: Uint8Array): Parcel | undefined {
  const plain = open(key, body, contextOf(of, way));
  if (plain === undefined) return undefined;
  const start = 4 + plain.readUInt32BE();
  return {
    message: message.parse(JSON.parse(plain.subarray(4, start).toString())),
    bytes: plain.subarray(start),
  };
}

function contextOf({ from, to, id, at }: Envelope, way: Way): string {
  return `tallylight hop 1\n${from}\n${to}\n${id}\n${at}\n${way}`;
}

function macOf(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(`tallylight hop envelope 1\n${text}`).digest('base64url');
}
