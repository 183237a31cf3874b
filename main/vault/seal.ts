import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

/**
 * AES-256-GCM (NIST SP 800-38D): nonce (12 bytes) | ciphertext | tag (16 bytes). `bound` is authenticated and not
 * stored, so that a sealed text opens only in the place it was sealed for.
 */
export function seal(key: Uint8Array, plain: Uint8Array, bound: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(bound));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** What was sealed; undefined where the key, the place or a single bit is another. */
export function unseal(key: Uint8Array, sealed: Uint8Array, bound: string): Buffer | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(Buffer.from(bound));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    return Buffer.concat([
      decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)),
      decipher.final(),
    ]);
  } catch {
    // The only failure of final() is a tag that does not fit; the caller says what that means.
    return undefined;
  }
}

/** What the beginning of a sealed text says, proven by nothing: only to know where `unseal` is worth trying. */
export function beginningOf(key: Uint8Array, beginning: Uint8Array): Buffer {
  if (beginning.length < NONCE_BYTES) return Buffer.alloc(0);
  const decipher = createDecipheriv('aes-256-gcm', key, beginning.subarray(0, NONCE_BYTES));
  return decipher.update(beginning.subarray(NONCE_BYTES));
}
