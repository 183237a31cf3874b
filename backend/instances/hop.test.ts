import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { headerOf, newEnvelope, newHearing, openedParcel, sealedParcel } from './hop.ts';
import type { Parcel } from './peers.ts';

const key = randomBytes(32);
const parcel: Parcel = { message: { kind: 'init', streamId: 'rts-1' }, bytes: Buffer.from('media') };

test('[P63] what one instance says, the other hears once, and nobody else in between', () => {
  const envelope = newEnvelope('ins-a', 'ins-b', 1_000_000);
  const header = headerOf(key, envelope);
  const body = sealedParcel(key, envelope, 'to', parcel);
  expect(body.includes('media')).toBe(false);
  const admit = newHearing(key, 'ins-b');
  expect(admit(header, 1_000_000)).toEqual(envelope);
  expect(admit(header, 1_000_000)).toBeUndefined();
  expect(openedParcel(key, envelope, 'to', body)).toEqual(parcel);
});

test('[P63] no bit of it can be changed, and it is good for nobody else, at no other time, and for nothing else', () => {
  const envelope = newEnvelope('ins-a', 'ins-b', 1_000_000);
  const header = headerOf(key, envelope);
  const body = sealedParcel(key, envelope, 'to', parcel);
  const admits = (text: string | undefined, to = 'ins-b', nowMs = 1_000_000, by = key) =>
    newHearing(by, to)(text, nowMs) !== undefined;
  expect(admits(header)).toBe(true);
  for (const wrong of [undefined, '', '.', 'e30', `${header}x`, header.slice(0, -1), header.replace('.', '')])
    expect(admits(wrong)).toBe(false);
  for (let place = 0; place < header.length; place++) {
    const other = header[place] === 'A' ? 'B' : 'A';
    expect(admits(header.slice(0, place) + other + header.slice(place + 1))).toBe(false);
  }
  expect(admits(header, 'ins-c')).toBe(false);
  expect(admits(header, 'ins-b', 1_060_001)).toBe(false);
  expect(admits(header, 'ins-b', 939_999)).toBe(false);
  expect(admits(header, 'ins-b', 1_000_000, randomBytes(32))).toBe(false);
  for (let byte = 0; byte < body.length; byte++) {
    const broken = Buffer.from(body);
    broken[byte] = (body[byte] ?? 0) ^ 1;
    expect(openedParcel(key, envelope, 'to', broken)).toBeUndefined();
  }
  expect(openedParcel(key, envelope, 'back', body)).toBeUndefined();
  expect(openedParcel(key, newEnvelope('ins-a', 'ins-b', 1_000_000), 'to', body)).toBeUndefined();
});
