import { fail, ok, type Result } from '../contract/result.ts';
import { revokeKey, rotateKey } from './access/manage-keys.ts';
import { hashPassword, MOST_LETTERS, PASSWORD_LETTERS } from './access/password.ts';
import { newId } from './access/secret.ts';
import { noteCommand, type Variables, withParts } from './main.ts';
import type { Parts } from './parts.ts';
import type { AdminRecord, KeyRecord } from './store/records.ts';
import { FIRST_COLLECTION, FIRST_TENANT } from './store/trust-tables.ts';

/** Whose data, and where it lies. Default: the first tenant, and the variables of this process. */
type Where = { readonly dataDir: string; readonly tenant?: string; readonly variables?: Variables };

/** The keys of a tenant; nothing of one but its first letters can be shown. Error: `usage`. */
export function listKeys({ dataDir, tenant, variables }: Where): Promise<Result<KeyRecord[]>> {
  return withParts(dataDir, variables, async (parts) => {
    const tenantId = await tenantOf(parts, tenant);
    return tenantId.ok ? ok(await parts.store.keys(tenantId.value)) : tenantId;
  });
}

/** A new key in the place of another, which is refused after the overlap. Errors: `usage`, `key-unknown`, `not-now`. */
export function replaceKey(
  { dataDir, tenant, variables }: Where,
  id: string,
  overlapSeconds: number,
): Promise<Result<{ readonly key: string; readonly id: string }>> {
  return withParts(dataDir, variables, async (parts) => {
    const tenantId = await tenantOf(parts, tenant);
    if (!tenantId.ok) return tenantId;
    const made = await rotateKey(parts, tenantId.value, id, overlapSeconds);
    if (!made.ok) return made;
    const { key, record } = made.value;
    await noteCommand(parts, tenantId.value, 'key.rotate', id, `by ${record.id} after ${overlapSeconds} s`);
    return ok({ key, id: record.id });
  });
}

/** Ends a key with its tokens now, and its sockets within two seconds. Errors: `usage`, `key-unknown`. */
export function endKey({ dataDir, tenant, variables }: Where, id: string): Promise<Result<void>> {
  return withParts(dataDir, variables, async (parts) => {
    const tenantId = await tenantOf(parts, tenant);
    if (!tenantId.ok) return tenantId;
    const revoked = await revokeKey(parts, tenantId.value, id);
    if (revoked.ok) await noteCommand(parts, tenantId.value, 'key.revoke', id);
    return revoked;
  });
}

/** Makes an admin of a tenant. Error: `usage` for a name that is taken or a password that is too short. */
export function createAdmin(
  { dataDir, tenant, variables }: Where,
  name: string,
  password: string,
): Promise<Result<{ readonly id: string }>> {
  return withParts(dataDir, variables, async (parts) => {
    const tenantId = await tenantOf(parts, tenant);
    const kept = await keptPassword(password);
    if (!tenantId.ok) return tenantId;
    if (!kept.ok) return kept;
    const admin: AdminRecord = {
      id: newId('adm-'),
      tenantId: tenantId.value,
      name,
      password: kept.value,
      createdAt: Math.floor(parts.clock() / 1000),
    };
    if (!(await parts.store.addAdmin(admin))) return fail('usage', 'there is an admin of this name');
    await noteCommand(parts, admin.tenantId, 'admin.create', admin.id);
    return ok({ id: admin.id });
  });
}

/** A new password, which ends whatever the admin is signed in with. Error: `usage`. */
export function changePassword(
  { dataDir, variables }: Where,
  name: string,
  password: string,
): Promise<Result<{ readonly id: string }>> {
  return withParts(dataDir, variables, async (parts) => {
    const admin = await parts.store.adminNamed(name);
    const kept = await keptPassword(password);
    if (admin === undefined) return fail('usage', 'there is no admin of this name');
    if (!kept.ok) return kept;
    await parts.store.setPassword(admin.id, kept.value);
    await noteCommand(parts, admin.tenantId, 'admin.password', admin.id);
    return ok({ id: admin.id });
  });
}

/** Makes a tenant with its first collection. Error: `usage`. */
export function createTenant(
  { dataDir, variables }: Where,
  id: string,
  name: string,
): Promise<Result<{ readonly id: string }>> {
  return withParts(dataDir, variables, async (parts) => {
    if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(id)) return fail('usage', 'small letters, digits, _ and -');
    if ((await parts.store.tenant(id)) !== undefined) return fail('usage', `there is a tenant ${id}`);
    const createdAt = Math.floor(parts.clock() / 1000);
    await parts.store.addTenant({ id, name, createdAt });
    const description = `All recordings of ${name}`;
    const collection = { id: FIRST_COLLECTION, name: 'Default', description };
    await parts.store.addCollection({ ...collection, tenantId: id, createdAt });
    await noteCommand(parts, id, 'tenant.create', id);
    return ok({ id });
  });
}

async function tenantOf({ store }: Parts, id = FIRST_TENANT): Promise<Result<string>> {
  return (await store.tenant(id)) === undefined ? fail('usage', `there is no tenant ${id}`) : ok(id);
}

async function keptPassword(password: string): Promise<Result<string>> {
  if ([...password].length < PASSWORD_LETTERS)
    return fail('usage', `a password has at least ${PASSWORD_LETTERS} letters`);
  if (password.length > MOST_LETTERS) return fail('usage', `a password has at most ${MOST_LETTERS} letters`);
  return ok(await hashPassword(password));
}
