import { fail, ok, type Result } from '../../contract/result.ts';
import type { Parts } from '../parts.ts';
import { type KeyWish, type MadeKey, makeKey } from './keys.ts';

/** Longest that a key lives on beside the one that takes its place, in seconds: 30 days. */
export const LONGEST_OVERLAP_SECONDS = 30 * 86_400;
export const DEFAULT_OVERLAP_SECONDS = 86_400;

type Needed = Pick<Parts, 'store' | 'clock' | 'sockets'>;

/** Makes a key. This is the only time it is seen whole. */
export function addKey({ store, clock }: Pick<Needed, 'store' | 'clock'>, wish: KeyWish): Promise<MadeKey> {
  return makeKey(store, wish, clock());
}

/**
 * A key like this one in its place; the old one is refused after `overlapSeconds`, with 0 from now on. Errors:
 * `key-unknown`, and `not-now` for one whose time is over.
 */
export async function rotateKey(
  parts: Needed,
  tenantId: string,
  id: string,
  overlapSeconds: number,
): Promise<Result<MadeKey>> {
  const { store, clock, sockets } = parts;
  const old = (await store.keys(tenantId)).find((key) => key.id === id);
  if (old === undefined) return fail('key-unknown', id);
  const now = Math.floor(clock() / 1000);
  if (old.expiresAt !== null && old.expiresAt <= now) return fail('not-now', `${id} has expired`);
  const { environment, roles, name } = old;
  const made = await makeKey(store, { tenantId, environment, roles, name }, clock());
  await store.expireKey(tenantId, id, now + overlapSeconds);
  if (overlapSeconds === 0) sockets.endOf(id);
  return ok(made);
}

/**
 * From now on the key is refused, its tokens are dead and the sockets it opened are closed: here at once, in other processes
 * within two seconds. Error: `key-unknown`.
 */
export async function revokeKey(parts: Needed, tenantId: string, id: string): Promise<Result<void>> {
  if (!(await parts.store.deleteKey(tenantId, id))) return fail('key-unknown', id);
  parts.sockets.endOf(id);
  return ok(undefined);
}
