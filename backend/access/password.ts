import { type BinaryLike, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** Letters that a password has at least: length is what makes one hard to guess (NIST SP 800-63B, 5.1.1). */
export const PASSWORD_LETTERS = 12;
/** What an admin would never type, and nobody should be made to hash. */
export const MOST_LETTERS = 1024;

// As OWASP's Password Storage Cheat Sheet asks of scrypt: 128 MiB and some tenths of a second for every guess.
const COST = { N: 2 ** 17, r: 8, p: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** What nobody's password is: whoever names nobody is to wait as long as whoever names somebody. */
export const NOBODYS_PASSWORD = written(COST, Buffer.alloc(SALT_BYTES), Buffer.alloc(HASH_BYTES));

/** `scrypt$N$r$p$salt$hash`, both base64url. Works beside the event loop. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return written(COST, salt, await derived(password, salt, COST));
}

/** In constant time for each form of `kept`. Throws where that is none that `hashPassword` writes. */
export async function isPassword(password: string, kept: string): Promise<boolean> {
  const [form, N, r, p, salt = '', hash = ''] = kept.split('$');
  const expected = Buffer.from(hash, 'base64url');
  if (form !== 'scrypt' || expected.length !== HASH_BYTES)
    throw new Error('a kept password has another form');
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  return timingSafeEqual(await derived(password, Buffer.from(salt, 'base64url'), cost), expected);
}

type Cost = typeof COST;

function written({ N, r, p }: Cost, salt: Buffer, hash: Buffer): string {
  return ['scrypt', N, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

function derived(password: string, salt: BinaryLike, { N, r, p }: Cost): Promise<Buffer> {
  // The same word typed on two keyboards may be other code points (NIST SP 800-63B, 5.1.1.2).
  const text = password.normalize('NFKC');
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) =>
    scrypt(text, salt, HASH_BYTES, options, (error, hash) =>
      error === null ? resolve(hash) : reject(error),
    ),
  );
}
