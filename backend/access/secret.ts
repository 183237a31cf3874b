import { createHash, randomBytes } from 'node:crypto';

export const KEY_PREFIX = 'tl_';
export const TOKEN_PREFIX = 'st-';

/** A new secret of 256 random bits after its prefix. */
export function newSecret(prefix: string): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** An id that cannot be guessed: 128 random bits after its prefix. */
export function newId(prefix: string): string {
  return prefix + randomBytes(16).toString('base64url');
}

/**
 * What is kept of a secret. A plain SHA-256 is enough here: slow password hashes make up for secrets that can
 * be guessed, and 256 random bits cannot.
 */
export function sha256OfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
