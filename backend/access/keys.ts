import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Environment, KeyRecord, Role } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { KEY_PREFIX, newId, newSecret, sha256OfSecret } from './secret.ts';

/** What a key is told apart by, for people. */
export const keyName = z.string().trim().min(1).max(100);

export type KeyWish = {
  readonly tenantId: string;
  readonly environment: Environment;
  readonly roles: readonly Role[];
  readonly name: string;
};

/** Letters of a key that are kept for people to tell it by: too few to guess the rest. */
const SHOWN_LETTERS = 6;
const NOTE_USE_EVERY_SECONDS = 60;

/** `tl_live_…` or `tl_test_…`, so that nobody puts one in the place of the other unseen. */
const PREFIX: { readonly [E in Environment]: string } = {
  production: `${KEY_PREFIX}live_`,
  development: `${KEY_PREFIX}test_`,
};

export type MadeKey = { readonly key: string; readonly record: KeyRecord };

/** Makes an API key. This is the only time it is seen whole. */
export async function makeKey(store: Store, wish: KeyWish, nowMs: number): Promise<MadeKey> {
  const prefix = PREFIX[wish.environment];
  const key = newSecret(prefix);
  const record: KeyRecord = {
    ...wish,
    id: newId('key-'),
    prefix: key.slice(0, prefix.length + SHOWN_LETTERS),
    sha256: sha256OfSecret(key),
    createdAt: Math.floor(nowMs / 1000),
    expiresAt: null,
    lastUsedAt: null,
  };
  await store.addKey(record);
  return { key, record };
}

/** The key that is presented; undefined where there is none such, or where its time is over. */
export async function keyOf(store: Store, presented: string, nowMs: number): Promise<KeyRecord | undefined> {
  const sha256 = sha256OfSecret(presented);
  const record = await store.keyBySha256(sha256);
  const now = Math.floor(nowMs / 1000);
  // The look-up goes by digest, whose timing says nothing about a key; the decision itself takes constant time.
  if (record === undefined || !timingSafeEqual(Buffer.from(record.sha256), Buffer.from(sha256)))
    return undefined;
  if (record.expiresAt !== null && record.expiresAt <= now) return undefined;
  if (record.lastUsedAt === null || record.lastUsedAt + NOTE_USE_EVERY_SECONDS <= now)
    await store.noteKeyUsed(record.id, now);
  return record;
}
