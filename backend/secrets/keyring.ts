import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { Store } from '../store/store.ts';
import { writeDurably } from './durable.ts';
import { KEY_BYTES, open, seal } from './seal.ts';

/** Makes and opens the data keys of sessions, which the store keeps encrypted with the master key. */
export type Keyring = {
  /** A new data key, wrapped for the store. */
  wrapNew(sessionId: string): string;
  /** Throws where the wrapped key does not belong to this session and this master key. */
  unwrap(sessionId: string, wrapped: string): Uint8Array;
};

/**
 * The keyring of the master key in `dataDir`, made at the first start. Fails with `vault-damaged` where the
 * store was written with another master key: a new one in its place would only hide that.
 */
export async function openKeyring(dataDir: string, store: Store): Promise<Result<Keyring>> {
  const path = join(dataDir, 'master.key');
  if (!existsSync(path)) await writeDurably(path, randomBytes(KEY_BYTES));
  const master = await readFile(path);
  if (master.length !== KEY_BYTES) return fail('vault-damaged', 'master.key is not a key of 32 bytes');
  const fingerprint = createHash('sha256').update('tallylight master key 1\n').update(master).digest('hex');
  const known = await store.settleFact('master-key', fingerprint);
  if (known !== fingerprint) return fail('vault-damaged', 'master.key is not the one of this store');
  return ok({
    wrapNew: (sessionId) => seal(master, randomBytes(KEY_BYTES), contextOf(sessionId)).toString('base64'),
    unwrap(sessionId, wrapped) {
      const key = open(master, Buffer.from(wrapped, 'base64'), contextOf(sessionId));
      if (key === undefined) throw new Error(`the data key of ${sessionId} does not open`);
      return key;
    },
  });
}

function contextOf(sessionId: string): string {
  return `tallylight session key 1\n${sessionId}`;
}
