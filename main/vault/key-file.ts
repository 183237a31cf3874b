import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorOf, fail, ok, type Result } from '../../contract/result.ts';
import type { SecretStore } from '../host.ts';
import { diskError } from './disk-error.ts';
import { seal, unseal } from './seal.ts';

const BOUND = 'tallylight device key 1';

/**
 * Secret store for hosts without an OS keychain: a key of 32 bytes in a file that only this user can read.
 * It protects against other users and a copied vault folder, not against programs of the same user.
 */
export async function keyFileSecrets(dataDir: string): Promise<Result<SecretStore>> {
  const path = join(dataDir, 'device.key');
  const key = await readOrMakeKey(path);
  if (!key.ok) return key;
  return ok({
    kind: 'key-file',
    warning:
      'No system keychain is in use: the key that protects recordings here lies in a file that only your user account can read. Programs you run can read it too.',
    wrap: async (plain) => ok(seal(key.value, plain, BOUND)),
    unwrap: async (wrapped) => {
      const plain = unseal(key.value, wrapped, BOUND);
      return plain === undefined
        ? fail('vault-damaged', 'the device key does not open this recording')
        : ok(plain);
    },
  });
}

async function readOrMakeKey(path: string): Promise<Result<Buffer>> {
  try {
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
    const existing = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (existing !== undefined) {
      if (existing.length !== 32) return fail('vault-damaged', 'device.key is not a key of 32 bytes');
      if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600);
      return ok(existing);
    }
    const made = randomBytes(32);
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(made);
      await file.sync();
    } finally {
      await file.close();
    }
    return ok(made);
  } catch (error) {
    return {
      ok: false,
      error: error instanceof Error ? diskError(error, 'device.key') : errorOf('internal'),
    };
  }
}
