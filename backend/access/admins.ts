import type { ErrorCode } from '../../contract/errors.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import { networkOf } from '../audit/network.ts';
import type { Parts } from '../parts.ts';
import type { AdminPass, AdminRecord } from '../store/records.ts';
import { FIRST_TENANT } from '../store/trust-tables.ts';
import { isPassword, MOST_LETTERS, NOBODYS_PASSWORD } from './password.ts';
import { newId, newSecret, sha256OfSecret } from './secret.ts';

/** How long the password needs not be given again, in seconds. */
const CONFIRMED_SECONDS = 300;
/** How long an admin stays signed in to the console, in seconds: a working day. */
const SIGNED_IN_SECONDS = 8 * 3600;
/** What to wait where others wait already. */
const CROWDED_SECONDS = 5;

export type Credentials = { readonly name: string; readonly password: string; readonly address: string };
export type SignedIn = { readonly pass: string; readonly csrf: string; readonly admin: AdminRecord };

/** Signs an admin in to the console. Errors: `sign-in-refused`, `too-many-attempts` with the seconds to wait as detail. */
export async function signIn(parts: Parts, credentials: Credentials): Promise<Result<SignedIn>> {
  const known = await recognised(parts, credentials, 'admin.sign-in', () => true);
  if (!known.ok) return known;
  const made = await newPass(parts, known.value, 'console', SIGNED_IN_SECONDS);
  return made.ok ? ok({ ...made.value, admin: known.value }) : made;
}

/** Who shows this pass of the console. A pass that is over or unknown is nobody's. */
export async function adminOf(
  { store, clock }: Parts,
  shown: string | undefined,
): Promise<{ readonly admin: AdminRecord; readonly pass: AdminPass } | undefined> {
  const pass = shown === undefined ? undefined : await store.passBySha256(sha256OfSecret(shown));
  if (pass?.kind !== 'console' || pass.expiresAt * 1000 <= clock()) return undefined;
  const admin = await store.admin(pass.adminId);
  return admin && { admin, pass };
}

/** Takes the password again: for the next minutes it needs not be given. Errors as those of `signIn`. */
export async function confirm(
  parts: Parts,
  { admin, pass }: { readonly admin: AdminRecord; readonly pass: AdminPass },
  password: string,
  address: string,
): Promise<Result<void>> {
  const credentials = { name: admin.name, password, address };
  const known = await recognised(parts, credentials, 'admin.confirm', ({ id }) => id === admin.id);
  if (!known.ok) return known;
  await parts.store.confirmPass(pass.sha256, secondsOf(parts) + CONFIRMED_SECONDS);
  return ok(undefined);
}

export function isConfirmed({ confirmedUntil }: AdminPass, nowMs: number): boolean {
  return nowMs < confirmedUntil * 1000;
}

export async function signOut(parts: Parts, shown: string): Promise<void> {
  const known = await adminOf(parts, shown);
  if (known === undefined) return;
  await parts.store.dropPass(known.pass.sha256);
  await noteDone(parts, known.admin, 'admin.sign-out');
}

/**
 * A confirmation for whoever manages keys over HTTP: the password of an admin of this tenant, good for 300 s. Errors as
 * those of `signIn`.
 */
export async function newConfirmation(
  parts: Parts,
  tenantId: string,
  credentials: Credentials,
): Promise<Result<{ readonly confirmation: string; readonly expiresAt: number }>> {
  const isOurs = (admin: AdminRecord) => admin.tenantId === tenantId;
  const known = await recognised(parts, credentials, 'admin.confirm', isOurs);
  if (!known.ok) return known;
  const made = await newPass(parts, known.value, 'confirmation', CONFIRMED_SECONDS);
  return made.ok ? ok({ confirmation: made.value.pass, expiresAt: made.value.expiresAt }) : made;
}

/** Whether this is a confirmation by an admin of this tenant that is good still. Error: `confirmation-missing`. */
export async function checkConfirmation(
  { store, clock }: Parts,
  tenantId: string,
  shown: string,
): Promise<Result<void>> {
  const pass = await store.passBySha256(sha256OfSecret(shown));
  const isGood = pass?.kind === 'confirmation' && isConfirmed(pass, clock());
  const admin = isGood ? await store.admin(pass.adminId) : undefined;
  return admin?.tenantId === tenantId ? ok(undefined) : fail('confirmation-missing');
}

/** The admin these belong to. Whoever is not `wanted` is answered as if the password were wrong. */
async function recognised(
  parts: Parts,
  { name, password, address }: Credentials,
  action: string,
  wanted: (admin: AdminRecord) => boolean,
): Promise<Result<AdminRecord>> {
  const counted = [`name ${sha256OfSecret(name)}`, `network ${networkOf(address)}`];
  if (!parts.attempts.enter()) return fail('too-many-attempts', String(CROWDED_SECONDS));
  // One at a time: each takes 128 MiB, and those that wait must see the failures before them.
  const recognising = parts.turns('passwords', async (): Promise<Result<AdminRecord>> => {
    const found = await parts.store.adminNamed(name);
    const admin = found !== undefined && wanted(found) ? found : undefined;
    const wait = await parts.attempts.waitSeconds(counted, parts.clock());
    if (wait > 0) {
      await noteRefused(parts, admin, action, 'too-many-attempts', address);
      return fail('too-many-attempts', String(wait));
    }
    const text = password.slice(0, MOST_LETTERS);
    const isRight = await isPassword(text, admin?.password ?? NOBODYS_PASSWORD);
    if (admin === undefined || !isRight) {
      await parts.attempts.failed(counted, parts.clock());
      await noteRefused(parts, admin, action, 'sign-in-refused', address);
      return fail('sign-in-refused');
    }
    // Not the address: whoever has one account must not buy guesses at others with it.
    await parts.attempts.forgive(`name ${sha256OfSecret(name)}`);
    await noteDone(parts, admin, action);
    return ok(admin);
  });
  return recognising.finally(parts.attempts.leave);
}

/** Who was not recognised is nobody, whatever name they gave; which admin it was about is the object. */
function noteRefused(
  { strangers }: Parts,
  admin: AdminRecord | undefined,
  action: string,
  reason: ErrorCode,
  address: string,
): Promise<void> {
  const tenantId = admin?.tenantId ?? FIRST_TENANT;
  return strangers.refused({ tenantId, actor: 'nobody', action, object: admin?.id ?? '', reason, address });
}

function noteDone({ audit }: Parts, { id, tenantId }: AdminRecord, action: string): Promise<void> {
  return audit.note({ tenantId, actor: `admin:${id}`, action, object: id, outcome: 'done', reason: '' });
}

async function newPass(
  parts: Parts,
  { id: adminId, password }: AdminRecord,
  kind: AdminPass['kind'],
  seconds: number,
): Promise<Result<{ readonly pass: string; readonly csrf: string; readonly expiresAt: number }>> {
  const now = secondsOf(parts);
  const pass = newSecret('ap-');
  const csrf = newId('');
  const expiresAt = now + seconds;
  await parts.store.forgetPassesExpiredBefore(now);
  const wanted = { sha256: sha256OfSecret(pass), adminId, kind, csrf, seenAt: now, expiresAt };
  // The password was given just now.
  const isAdded = await parts.store.addPass({ ...wanted, confirmedUntil: now + CONFIRMED_SECONDS }, password);
  return isAdded ? ok({ pass, csrf, expiresAt }) : fail('sign-in-refused');
}

function secondsOf({ clock }: Parts): number {
  return Math.floor(clock() / 1000);
}
