import { safeStorage } from 'electron/main';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { SecretStore } from '../../main/host.ts';
import { causeOf, log } from './log.ts';
import type { Parts } from './parts.ts';

/** The OS keychain where there is one; otherwise the key file, whose warning the face shows. */
export async function desktopSecrets(
  dataDir: string,
  { platform, keyFileSecrets }: Pick<Parts, 'platform' | 'keyFileSecrets'>,
): Promise<Result<SecretStore>> {
  return (await hasKeychain(platform)) ? ok(keychain) : keyFileSecrets(dataDir);
}

/** On Linux safeStorage falls back to a password that is the same on every machine; that protects nothing. */
async function hasKeychain(platform: NodeJS.Platform): Promise<boolean> {
  if (!(await safeStorage.isAsyncEncryptionAvailable())) return false;
  if (platform !== 'linux') return true;
  const backend = safeStorage.getSelectedStorageBackend();
  return backend !== 'basic_text' && backend !== 'unknown';
}

const keychain: SecretStore = {
  kind: 'keychain',
  warning: null,
  wrap: async (key) => {
    try {
      return ok(await safeStorage.encryptStringAsync(Buffer.from(key).toString('base64')));
    } catch (error) {
      log('keychain.refused', { cause: causeOf(error) });
      return fail('vault-unwritable', 'the system keychain refused');
    }
  },
  unwrap: async (wrapped) => {
    try {
      const { result } = await safeStorage.decryptStringAsync(Buffer.from(wrapped));
      return ok(Buffer.from(result, 'base64'));
    } catch (error) {
      log('keychain.refused', { cause: causeOf(error) });
      return fail('vault-damaged', 'the system keychain does not open this key');
    }
  },
};
