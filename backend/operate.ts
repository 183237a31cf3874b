import { existsSync } from 'node:fs';
import type { ServiceAuditEntry } from '../contract/audit.ts';
import { fail, ok, type Result } from '../contract/result.ts';
import { settingRefused } from '../contract/setting.ts';
import { type Question, queryAudit } from './audit/query.ts';
import { type Verified, verifyAudit } from './audit/verify.ts';
import { partsOver } from './compose.ts';
import { targetsOf } from './events/targets.ts';
import { claim } from './lock.ts';
import { anchorOf, noteCommand, storeOf, type Variables, withParts } from './main.ts';
import { openClaimed } from './opened.ts';
import type { Parts } from './parts.ts';
import type { Due } from './retention/due.ts';
import { dueNow, sweepTenant } from './retention/sweep.ts';
import { finishRotation, isNamed, type Master, makeNextMaster, readNewMaster } from './secrets/master.ts';
import { FIRST_TENANT } from './store/trust-tables.ts';

/** What whoever runs the service does on its machine, by the command line. */
export type Operation = {
  readonly dataDir: string;
  /** Default: the first tenant. */
  readonly tenant?: string;
  readonly variables?: Variables;
};

const PAGE = 1000;

/**
 * Tells the audit log of a tenant entry by entry, while the service runs or not; that it was read is in it. Errors as those
 * of opening the store, `usage`.
 */
export function readAudit(
  { tenant = FIRST_TENANT, dataDir, variables }: Operation,
  question: Omit<Question, 'limit' | 'after'>,
  tell: (entry: ServiceAuditEntry) => void,
): Promise<Result<void>> {
  return onTenant(dataDir, variables, tenant, async (parts) => {
    for (let after: number | null = 0; after !== null; ) {
      const page = await queryAudit(parts, tenant, { ...question, after, limit: PAGE });
      for (const entry of page.entries) tell(entry);
      after = page.next;
    }
    await noteCommand(parts, tenant, 'audit.read', '');
    return ok(undefined);
  });
}

/** Verifies the audit log of a tenant, while the service runs or not. Errors as those of opening, `audit-broken`, `usage`. */
export function checkAudit({
  tenant = FIRST_TENANT,
  dataDir,
  variables,
}: Operation): Promise<Result<Verified>> {
  return onTenant(dataDir, variables, tenant, async (parts) => {
    const verified = await verifyAudit(parts, tenant);
    const noted = noteCommand(parts, tenant, 'audit.verify', '', verified.ok ? '' : verified.error.code);
    // In a log that is broken nothing may find its place any more; that it is broken is what has to be said.
    await (verified.ok ? noted : noted.catch(() => undefined));
    return verified;
  });
}

/**
 * Keeps the heads of all logs outside of the database from where they end now: after the file was lost, or once a log that was
 * found broken has been looked into. What was wrong stays in the log. Errors as those of opening the store.
 */
export function anchorAnew({
  dataDir,
  variables,
}: Pick<Operation, 'dataDir' | 'variables'>): Promise<Result<{ readonly tenants: number }>> {
  return opened(dataDir, variables, async (parts) => {
    const heads = new Map<string, ServiceAuditEntry>();
    for (const { id } of await parts.store.tenants()) {
      const verified = await verifyAudit(parts, id);
      const why = verified.ok ? '' : `${verified.error.code}: ${verified.error.detail ?? ''}`;
      await noteCommand(parts, id, 'audit.anchor', '', why.slice(0, 500));
      const head = await parts.store.auditHead(id);
      if (head !== undefined) heads.set(id, head);
    }
    await parts.audit.anchorAnew(heads);
    return ok({ tenants: heads.size });
  });
}

/** Deletes what is older than the policies keep it, of all tenants; with `isDry` it only says what that would be. */
export function sweepNow(
  { dataDir, variables }: Pick<Operation, 'dataDir' | 'variables'>,
  isDry: boolean,
): Promise<Result<{ readonly due: Due[]; readonly deleted: number }>> {
  return opened(dataDir, variables, async (parts) => {
    const all: Due[] = [];
    let deleted = 0;
    for (const { id } of await parts.store.tenants()) {
      all.push(...(await dueNow(parts, id)));
      if (!isDry) deleted += await sweepTenant(parts, id);
    }
    return ok({ due: all, deleted });
  });
}

export type Rotated = {
  /** `file`: in the place of the one in the data folder. `named`: the environment has to name it from now on. */
  readonly place: 'file' | 'named';
  /** Whether keys as the old one wrapped them are out of the files of the database; false where another program reads it. */
  readonly isScrubbed: boolean;
};

/**
 * Wraps every key of the store for a new master key and touches no data: the one of `TALLYLIGHT_NEW_MASTER_KEY`, `…_FILE` or
 * `…_COMMAND`, or a new one in the place of the file in the data folder. The service must not run. Errors: `data-in-use`,
 * `usage`, `setting-refused`, `master-key-wrong`, those of opening the store.
 */
export async function rotateMasterKey({
  dataDir,
  variables = process.env,
}: Pick<Operation, 'dataDir' | 'variables'>): Promise<Result<Rotated>> {
  const config = storeOf(dataDir, variables);
  if (!config.ok) return config;
  if (!existsSync(dataDir)) return fail('usage', `there is no ${dataDir}`);
  const claimed = claim(dataDir);
  if (!claimed.ok) return claimed;
  try {
    const found = await openClaimed(config.value, variables);
    if (!found.ok) return found;
    const { store, master } = found.value;
    try {
      // Instances elsewhere would go on with the old one.
      if ((await found.value.locks?.serve('alone')) === false) return fail('data-in-use', 'the service runs');
      const next = await newMaster(dataDir, variables);
      if (!next.ok) return next;
      if (next.value.key.fingerprint === master.fingerprint)
        return fail('usage', 'the new key is the old one');
      if (!(await store.rewrap(master, next.value.key)))
        return fail('master-key-wrong', 'it is not the one that the store was written with');
      const isScrubbed = await store.scrub();
      await finishRotation(dataDir, variables, next.value.key);
      const targets = targetsOf([]);
      if (!targets.ok) return targets;
      const place = { ...config.value, ...anchorOf(variables), targets: targets.value };
      const parts = await partsOver(found.value, { ...place, ...ALONE });
      await noteCommand(parts, FIRST_TENANT, 'master-key.rotate', '');
      return ok({ place: next.value.place, isScrubbed });
    } finally {
      await store.close();
    }
  } finally {
    claimed.value();
  }
}

/** For parts that nobody calls and that call nobody. */
const ALONE = {
  clock: Date.now,
  log: () => undefined,
  wake: () => undefined,
  publicUrl: () => '',
  origins: () => [],
  behindProxy: false,
};

async function newMaster(
  dataDir: string,
  variables: Variables,
): Promise<Result<Pick<Rotated, 'place'> & { readonly key: Master }>> {
  const named = await readNewMaster(variables);
  if (named !== undefined) return named.ok ? ok({ place: 'named', key: named.value }) : named;
  // In the place of a key that was named, only whoever named it can put another.
  if (isNamed(variables))
    return settingRefused('TALLYLIGHT_NEW_MASTER_KEY', 'it is needed, as the present key is named, too');
  return ok({ place: 'file', key: await makeNextMaster(dataDir) });
}

function onTenant<T>(
  dataDir: string,
  variables: Variables | undefined,
  tenant: string,
  work: (parts: Parts) => Promise<Result<T>>,
): Promise<Result<T>> {
  return opened(dataDir, variables, async (parts) =>
    (await parts.store.tenant(tenant)) === undefined
      ? fail('usage', `there is no tenant ${tenant}`)
      : work(parts),
  );
}

/** A folder that is not there is a slip of the pen, and no service that holds nothing. */
async function opened<T>(
  dataDir: string,
  variables: Variables | undefined,
  work: (parts: Parts) => Promise<Result<T>>,
): Promise<Result<T>> {
  return existsSync(dataDir) ? withParts(dataDir, variables, work) : fail('usage', `there is no ${dataDir}`);
}
