import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fail, ok, type Result } from '../contract/result.ts';
import { settingRefused } from '../contract/setting.ts';
import { addKey, revokeKey } from './access/manage-keys.ts';
import { type AutomaticBackups, KEEP } from './backup/automatic.ts';
import { s3Of } from './blobs/s3-place.ts';
import { partsOver } from './compose.ts';
import { targetsOf } from './events/targets.ts';
import type { Log } from './log.ts';
import { openData } from './opened.ts';
import type { Parts } from './parts.ts';
import { type Service, startService } from './serve.ts';
import type { StoreConfig } from './store/open.ts';
import type { OpenedStore } from './store/prepared.ts';
import type { Environment, Role } from './store/records.ts';
import { FIRST_TENANT } from './store/trust-tables.ts';

export { ENVIRONMENTS, ROLES } from './store/records.ts';

export type Variables = { readonly [name: string]: string | undefined };

export type ServeOptions = {
  readonly dataDir: string;
  readonly port: number;
  readonly host?: string;
  readonly log?: Log;
  /**
   * TALLYLIGHT_DATABASE_URL: `postgres://…` in place of the SQLite file.
   * TALLYLIGHT_BLOBS: `s3://bucket/prefix` in place of a folder, with TALLYLIGHT_S3_… (blobs/s3-place.ts).
   * TALLYLIGHT_INSTANCE_URL: where other instances on the same database reach this one.
   * TALLYLIGHT_PUBLIC_URL: where clients reach the service.
   * TALLYLIGHT_AUDIT_ANCHOR: file for the heads of the audit logs.
   * TALLYLIGHT_BACKUP_TO: folder that the service backs itself up to each day, and that deletions reach, too.
   * TALLYLIGHT_BACKUP_KEEP: how many of those are kept; default: 7.
   * TALLYLIGHT_BEHIND_TLS_PROXY=1: TLS is terminated in front of it.
   * TALLYLIGHT_SECURITY_CONTACT: `https:` or `mailto:` address for reports of weaknesses, in /.well-known/security.txt.
   * TALLYLIGHT_COPIES_DIR: folder of the second copies of recordings; default: `copies` in the data folder.
   * TALLYLIGHT_DESTINATION_ALLOW: as the next, for stores that copies are sent to.
   * TALLYLIGHT_CREDENTIALS_MAX: characters that credentials of such a store may have; default: 5000.
   * TALLYLIGHT_WEBHOOK_ALLOW: `host` or `host:port`, separated by commas, where events may go although they are private.
   */
  readonly variables?: Variables;
};

/** Starts the media service as the command line does. Errors as `startService`, and `usage` for the variables. */
export async function serve(options: ServeOptions): Promise<Result<Service>> {
  const { variables = process.env, ...rest } = options;
  const store = storeOf(options.dataDir, variables);
  if (!store.ok) return store;
  const contact = contactOf(variables);
  if (!contact.ok) return contact;
  const backups = backupsOf(variables);
  if (!backups.ok) return backups;
  const instanceUrl = variables.TALLYLIGHT_INSTANCE_URL;
  const credentialsMax = credentialsMaxOf(variables);
  if (!credentialsMax.ok) return credentialsMax;
  const publicUrl = variables.TALLYLIGHT_PUBLIC_URL?.replace(/\/+$/, '');
  const behindTlsProxy = variables.TALLYLIGHT_BEHIND_TLS_PROXY === '1';
  // Proofs, forms and cookies are made for the address that people see.
  if (behindTlsProxy && !(publicUrl ?? '').startsWith('https://'))
    return settingRefused(
      'TALLYLIGHT_PUBLIC_URL',
      'with TALLYLIGHT_BEHIND_TLS_PROXY it has to name the https: address of the service',
    );
  return startService({
    ...rest,
    ...store.value,
    ...anchorOf(variables),
    master: variables,
    ...(instanceUrl === undefined || instanceUrl === '' ? {} : { instanceUrl }),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...contact.value,
    ...(backups.value === undefined ? {} : { backups: backups.value }),
    behindTlsProxy,
    webhooks: { allow: listOf(variables.TALLYLIGHT_WEBHOOK_ALLOW) },
    destinations: { allow: listOf(variables.TALLYLIGHT_DESTINATION_ALLOW), ...credentialsMax.value },
  });
}

export type KeyOptions = {
  readonly dataDir: string;
  readonly name: string;
  /** Default: the first tenant. */
  readonly tenant?: string;
  /** Default: `production`. */
  readonly environment?: Environment;
  readonly roles: readonly Role[];
  /** The keys of this environment that had this name are refused from now on: rotation without overlap. */
  readonly replace?: boolean;
  readonly variables?: Variables;
};

/** Makes an API key, while the service runs or not. The key is shown once and kept nowhere. Error: `usage`. */
export async function createKey(
  options: KeyOptions,
): Promise<Result<{ readonly key: string; readonly id: string }>> {
  const { dataDir, name, tenant: tenantId = FIRST_TENANT, environment = 'production', roles } = options;
  return withParts(dataDir, options.variables, async (parts) => {
    const { store } = parts;
    if ((await store.tenant(tenantId)) === undefined) return fail('usage', `there is no tenant ${tenantId}`);
    const before = options.replace === true ? await store.keys(tenantId) : [];
    for (const { id, ...old } of before)
      if (old.name === name && old.environment === environment) {
        await revokeKey(parts, tenantId, id);
        await noteCommand(parts, tenantId, 'key.revoke', id);
      }
    const { key, record } = await addKey(parts, { tenantId, environment, roles, name });
    await noteCommand(parts, tenantId, 'key.create', record.id, `${environment} ${roles.join(' ')}`);
    return ok({ key, id: record.id });
  });
}

/** What the command line did, in the audit log of the tenant: whoever can run it is known to the machine only. */
export function noteCommand(
  { audit }: Pick<Parts, 'audit'>,
  tenantId: string,
  action: string,
  object: string,
  reason = '',
): Promise<void> {
  return audit.note({ tenantId, actor: 'operator', action, object, outcome: 'done', reason });
}

/** Runs work on all of the service but its port, while the service runs or not. Errors as those of opening its store. */
export function withParts<T>(
  dataDir: string,
  variables: Variables = process.env,
  work: (parts: Parts) => Promise<Result<T>>,
): Promise<Result<T>> {
  return withStore(dataDir, variables, async (opened) => {
    const config = storeOf(dataDir, variables);
    const targets = targetsOf(listOf(variables.TALLYLIGHT_WEBHOOK_ALLOW));
    if (!config.ok) return config;
    if (!targets.ok) return targets;
    const backups = backupsOf(variables);
    if (!backups.ok) return backups;
    const none = { log: () => undefined, wake: () => undefined, publicUrl: () => '', origins: () => [] };
    return work(
      await partsOver(opened, {
        ...{ ...config.value, ...anchorOf(variables), ...none },
        ...{ clock: Date.now, targets: targets.value, behindProxy: false },
        backupTo: backups.value?.to,
      }),
    );
  });
}

/** Runs work on the store of a data folder, while the service runs or not. Errors as those of opening it. */
async function withStore<T>(
  dataDir: string,
  variables: Variables = process.env,
  work: (opened: OpenedStore) => Promise<Result<T>>,
): Promise<Result<T>> {
  const config = storeOf(dataDir, variables);
  if (!config.ok) return config;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const opened = await openData(config.value, variables);
  if (!opened.ok) return opened;
  try {
    return await work(opened.value);
  } finally {
    await opened.value.store.close();
  }
}

/** Where the service backs itself up to; undefined: nowhere by itself. Error: `setting-refused`. */
export function backupsOf({
  TALLYLIGHT_BACKUP_TO: to,
  TALLYLIGHT_BACKUP_KEEP: count,
}: Variables): Result<AutomaticBackups | undefined> {
  if (to === undefined || to === '') return ok(undefined);
  const keep = Number(count === undefined || count === '' ? KEEP : count);
  return Number.isInteger(keep) && keep > 0
    ? ok({ to: resolve(to), keep })
    : settingRefused(
        'TALLYLIGHT_BACKUP_KEEP',
        `${count} is not what it takes: how many backups are kept, from 1`,
      );
}

/** Where the heads of the audit logs are kept, if not in the data folder. */
export function anchorOf({ TALLYLIGHT_AUDIT_ANCHOR: path }: Variables): { readonly auditAnchor?: string } {
  return path === undefined || path === '' ? {} : { auditAnchor: path };
}

function credentialsMaxOf({
  TALLYLIGHT_CREDENTIALS_MAX: characters,
}: Variables): Result<{ credentialsMax?: number }> {
  if (characters === undefined || characters === '') return ok({});
  const credentialsMax = Number(characters);
  // What a transfer process takes.
  return Number.isInteger(credentialsMax) && credentialsMax >= 100 && credentialsMax <= 100_000
    ? ok({ credentialsMax })
    : settingRefused(
        'TALLYLIGHT_CREDENTIALS_MAX',
        `${characters} is not what it takes: a number of characters, from 100 to 100000`,
      );
}

function contactOf({
  TALLYLIGHT_SECURITY_CONTACT: address,
}: Variables): Result<{ securityContact?: string }> {
  if (address === undefined || address === '') return ok({});
  // One line of a file of lines: RFC 9116, section 2.3.
  if (!/^(https|mailto):[\x21-\x7e]+$/.test(address))
    return settingRefused(
      'TALLYLIGHT_SECURITY_CONTACT',
      'it takes an address that begins with https: or mailto:',
    );
  return ok({ securityContact: address });
}

export function listOf(commas: string | undefined): string[] {
  return (commas ?? '').split(',').flatMap((entry) => entry.trim() || []);
}

export function storeOf(dataDir: string, variables: Variables): Result<StoreConfig> {
  const databaseUrl = variables.TALLYLIGHT_DATABASE_URL ?? '';
  if (databaseUrl !== '' && !/^postgres(ql)?:\/\//.test(databaseUrl))
    return settingRefused('TALLYLIGHT_DATABASE_URL', 'it takes an address that begins with postgres://');
  const blobs = s3Of(variables);
  if (!blobs.ok) return blobs;
  const { TALLYLIGHT_COPIES_DIR: backup = '' } = variables;
  return ok({
    dataDir,
    ...(databaseUrl === '' ? {} : { databaseUrl }),
    ...(blobs.value === undefined ? {} : { blobs: blobs.value }),
    ...(backup === '' ? {} : { copiesDir: resolve(backup) }),
  });
}
