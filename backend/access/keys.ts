import { timingSafeEqual } from 'node:crypto';
import type { KeyRecord, Store } from '../store/store.ts';
import { KEY_PREFIX, newId, newSecret, sha256OfSecret } from './secret.ts';

/** Makes an API key. This is the only time it is seen whole. */
export async function makeKey(
  store: Store,
  name: string,
  nowMs: number,
): Promise<{ readonly key: string; readonly id: string }> {
  const key = newSecret(KEY_PREFIX);
  const id = newId('key-');
  await store.addKey({ id, name, sha256: sha256OfSecret(key), createdAt: Math.floor(nowMs / 1000) });
  return { key, id };
}

export async function keyOf(store: Store, presented: string): Promise<KeyRecord | undefined> {
  const sha256 = sha256OfSecret(presented);
  const record = await store.keyBySha256(sha256);
  // The look-up goes by digest, whose timing says nothing about a key; the decision itself takes constant time.
  return record !== undefined && timingSafeEqual(Buffer.from(record.sha256), Buffer.from(sha256))
    ? record
    : undefined;
}
