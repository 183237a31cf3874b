import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, type Result } from '../../contract/result.ts';
import type { SecretStore } from '../host.ts';
import { diskError } from './disk-error.ts';
import type { RecordingFacts } from './facts.ts';
import { createRecording, type Recording, reopenRecording } from './recording.ts';

/** Encrypted recordings of one data folder: `vault/<session id>/`, each with its own key. */
export type Vault = {
  readonly create: (facts: RecordingFacts) => Promise<Result<Recording>>;
  readonly open: (sessionId: string) => Promise<Result<Recording>>;
  /** Session ids of the recordings held here. */
  readonly list: () => Promise<string[]>;
};

const KEY_FILE = 'key.wrapped';

export function vaultIn(dataDir: string, secrets: SecretStore): Vault {
  const root = join(dataDir, 'vault');
  return {
    create: async (facts) => {
      const dir = join(root, facts.sessionId);
      const key = randomBytes(32);
      const wrapped = await secrets.wrap(key);
      if (!wrapped.ok) return wrapped;
      try {
        await mkdir(root, { recursive: true, mode: 0o700 });
        await mkdir(dir, { mode: 0o700 });
        const file = await open(join(dir, KEY_FILE), 'wx', 0o600);
        try {
          await file.writeFile(wrapped.value);
          await file.sync();
        } finally {
          await file.close();
        }
      } catch (error) {
        return { ok: false, error: diskError(error, 'new recording') };
      }
      return createRecording(dir, key, facts);
    },
    open: async (sessionId) => {
      const dir = join(root, sessionId);
      // A session id comes from outside: it must not name a place beside the vault.
      if (!/^cap-[A-Za-z0-9_-]+$/.test(sessionId)) return fail('recording-unknown', sessionId);
      const wrapped = await readFile(join(dir, KEY_FILE)).catch(() => undefined);
      if (wrapped === undefined) return fail('recording-unknown', sessionId);
      const key = await secrets.unwrap(wrapped);
      return key.ok ? reopenRecording(dir, key.value, sessionId) : key;
    },
    list: async () => {
      const names = await readdir(root).catch(() => []);
      return names.filter((name) => name.startsWith('cap-')).sort();
    },
  };
}
