import { mkdir } from 'node:fs/promises';
import { ok, type Result } from '../../contract/result.ts';
import type { SecretStore } from '../../main/host.ts';
import { diskError } from '../../main/vault/disk-error.ts';
import { keyFileSecrets } from '../../main/vault/key-file.ts';
import { type DataLock, lockData } from '../../main/vault/lock.ts';
import { type Vault, vaultIn } from '../../main/vault/vault.ts';

/** A data folder that is ours until the lock is released. */
export type Opened = {
  readonly vault: Vault;
  readonly lock: DataLock;
  readonly secrets: SecretStore;
  /** The disk takes nothing, so that there is no lock either, and no need of one. */
  readonly isReadOnly: boolean;
};

/** `purpose`: what is only to be read is opened on a read-only disk, too. Errors: `data-in-use`, those of the disk and of the key. */
export async function openVault(
  dataDir: string,
  purpose: 'read' | 'write' = 'write',
): Promise<Result<Opened>> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    return { ok: false, error: diskError(error, dataDir) };
  }
  const locked = lockData(dataDir);
  const isReadOnly = !locked.ok && locked.error.code === 'disk-read-only' && purpose === 'read';
  const lock = isReadOnly ? ok({ release: () => undefined }) : locked;
  if (!lock.ok) return lock;
  const secrets = await keyFileSecrets(dataDir);
  if (secrets.ok)
    return ok({
      vault: vaultIn(dataDir, secrets.value),
      lock: lock.value,
      secrets: secrets.value,
      isReadOnly,
    });
  lock.value.release();
  return secrets;
}
