import type { Context } from 'hono';
import { adminOf } from '../access/admins.ts';
import type { Parts } from '../parts.ts';
import type { AdminPass, AdminRecord } from '../store/records.ts';
import { passIn } from './guard.ts';

/** Whoever does nothing for this long has to sign in again. */
const IDLE_SECONDS = 30 * 60;
const NOTE_EVERY_SECONDS = 60;

/**
 * Who is signed in, and that they are still there. A light that follows by itself (`isGlance`) is not somebody being there.
 */
export async function signedInBy(
  parts: Parts,
  context: Context,
  isGlance: boolean,
): Promise<{ readonly admin: AdminRecord; readonly pass: AdminPass } | undefined> {
  const signedIn = await adminOf(parts, passIn(parts, context));
  if (signedIn === undefined) return undefined;
  const { sha256, seenAt } = signedIn.pass;
  const now = Math.floor(parts.clock() / 1000);
  if (seenAt + IDLE_SECONDS <= now) {
    await parts.store.dropPass(sha256);
    return undefined;
  }
  if (!isGlance && seenAt + NOTE_EVERY_SECONDS <= now) await parts.store.notePassSeen(sha256, now);
  return signedIn;
}
