import { createDecipheriv, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KEY_BYTES, open, seal } from './seal.ts';

test('[P31] what is sealed is AES-256-GCM as others know it: nonce of 12 bytes, ciphertext, tag of 16', () => {
  expect(KEY_BYTES * 8).toBe(256);
  const key = randomBytes(KEY_BYTES);
  const sealed = seal(key, Buffer.from('who and what'), 'context');
  const cipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  cipher.setAAD(Buffer.from('context')).setAuthTag(sealed.subarray(-16));
  const plain = Buffer.concat([cipher.update(sealed.subarray(12, -16)), cipher.final()]);
  expect(plain.toString()).toBe('who and what');
});

test('[P30][P31] nothing opens with another key, for something else, or where a single bit was turned', () => {
  const key = randomBytes(KEY_BYTES);
  const changed = (sealed: Buffer, bit: number) => {
    const other = Buffer.from(sealed);
    const at = Math.floor(bit / 8) % other.length;
    other.writeUInt8(other.readUInt8(at) ^ (1 << (bit % 8)), at);
    return other;
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(2000), (plain, bit) => {
      const sealed = seal(key, plain, 'context');
      expect(open(key, sealed, 'context')).toEqual(Buffer.from(plain));
      expect(open(key, sealed, 'other')).toBeUndefined();
      expect(open(randomBytes(KEY_BYTES), sealed, 'context')).toBeUndefined();
      expect(open(key, changed(sealed, bit), 'context')).toBeUndefined();
      expect(open(key, sealed.subarray(0, bit % sealed.length), 'context')).toBeUndefined();
    }),
  );
});
