import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { SecretStore } from '../host.ts';
import { diskError, isMissing } from './disk-error.ts';
import { syncFolder } from './durable.ts';
import { KEY_FILE } from './erase.ts';
import { seal, unseal } from './seal.ts';

const BOUND = 'tallylight device key 1';
/** An empty key file older than this was left by a crash, where no recording is sealed with one. */
const UNFINISHED_MS = 10_000;

/**
 * Secret store for hosts without an OS keychain: a key of 32 bytes in a file that only this user can read.
 * It protects against other users and a copied vault folder, not against programs of the same user. Errors: `key-missing`
 * where recordings are sealed with one that is not there, `data-in-use`, `vault-damaged`, those of the disk.
 */
export async function keyFileSecrets(dataDir: string): Promise<Result<SecretStore>> {
  const path = join(dataDir, 'device.key');
  const key = await readOrMakeKey(path);
  if (!key.ok) return key;
  return ok({
    kind: 'key-file',
    warning: 'key-file',
    wrap: async (plain) => ok(seal(key.value, plain, BOUND)),
    unwrap: async (wrapped) => {
      const plain = unseal(key.value, wrapped, BOUND);
      return plain === undefined
        ? fail('vault-damaged', 'the device key does not open this recording')
        : ok(plain);
    },
  });
}

async function readOrMakeKey(path: string, again = true): Promise<Result<Buffer>> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const existing = await readKey(path);
    const isLeftEmpty = existing?.bytes.length === 0 && existing.ageMs > UNFINISHED_MS;
    if (existing === undefined || isLeftEmpty) {
      if (!(await isAnySealed(dirname(path))))
        return ok(await writeKey(path, existing === undefined ? 'wx' : 'r+'));
      // Another process may have made both since.
      return again ? readOrMakeKey(path, false) : fail('key-missing', path);
    }
    if (existing.bytes.length === 0) return fail('data-in-use', 'device.key is being made');
    if (existing.bytes.length !== 32) return fail('vault-damaged', 'device.key is not a key of 32 bytes');
    return ok(existing.bytes);
  } catch (error) {
    // Another process was faster; its key is the one.
    if (codeOf(error) === 'EEXIST' && again) return readOrMakeKey(path, false);
    return { ok: false, error: diskError(error, 'device.key') };
  }
}

/** Whether there are recordings that hang on a key file: a new one would open none of them. Throws where that is not known. */
async function isAnySealed(dataDir: string): Promise<boolean> {
  const root = join(dataDir, 'vault');
  const names = await orNone(readdir(root));
  for (const name of names?.filter((each) => each.startsWith('cap-')) ?? []) {
    const kept = await orNone(readFile(join(root, name, KEY_FILE)));
    const [line = ''] = kept?.toString('latin1').split('\n', 1) ?? [];
    if (kept !== undefined && !line.endsWith(' keychain')) return true;
  }
  return false;
}

/** What is read; undefined where there is nothing. */
function orNone<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

async function readKey(path: string): Promise<{ bytes: Buffer; ageMs: number } | undefined> {
  try {
    const { mode, mtimeMs } = await stat(path);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) await closeToOthers(path);
    return { bytes: await readFile(path), ageMs: Date.now() - mtimeMs };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** On a disk that is read-only it stays as it is: that is no reason to give nothing of it. */
async function closeToOthers(path: string): Promise<void> {
  await chmod(path, 0o600).catch((error: unknown) => {
    if (codeOf(error) !== 'EROFS') throw error;
  });
}

async function writeKey(path: string, flags: 'wx' | 'r+'): Promise<Buffer> {
  const made = randomBytes(32);
  const file = await open(path, flags, 0o600);
  try {
    await file.writeFile(made);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(dirname(path));
  return made;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
