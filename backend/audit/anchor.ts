import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { AuditHead, ServiceAuditEntry } from '../../contract/audit.ts';
import { fail, ok, type Result, type TallylightError } from '../../contract/result.ts';
import { writeDurably } from '../blobs/durable.ts';
import { ifThere } from '../blobs/if-there.ts';
import type { Log } from '../log.ts';
import type { Signer } from '../secrets/signer.ts';
import type { Store } from '../store/store.ts';
import { type SignedHead, signedHead, verifiedHead } from './head.ts';

/** Keeps the last head of each tenant's log in a file outside of the database, signed by the service. */
export type Anchor = {
  /** Durable when it resolves. Heads that come while one is being written are written together. */
  keep(tenantId: string, entry: ServiceAuditEntry): Promise<void>;
  /**
   * Begins anew with the log of each tenant as it is, whatever was kept before: for an admin who has seen what is wrong with
   * it, or lost the file.
   */
  begin(entries: ReadonlyMap<string, ServiceAuditEntry>): Promise<void>;
  /** The head that is kept; null: none was ever. Error: `audit-broken` where it is gone or was changed. */
  headOf(tenantId: string): Promise<Result<AuditHead | null>>;
};

type AnchorPlace = {
  readonly path: string;
  /** Tells anchors of one database apart; the store remembers under it that there was a head. */
  readonly name: string;
};

/** One name for the embedded database; of several instances on one PostgreSQL each has a file of its own. */
export function anchorPlace(config: {
  readonly dataDir: string;
  readonly databaseUrl?: string;
  readonly auditAnchor?: string;
}): AnchorPlace {
  const path = resolve(config.auditAnchor ?? join(config.dataDir, 'audit-heads.json'));
  return { path, name: config.databaseUrl === undefined ? 'here' : `${hostname()} ${path}` };
}

const file = z.object({ heads: z.array(z.string()) });
type Heads = ReadonlyMap<string, SignedHead>;

type Needs = {
  readonly store: Store;
  readonly signer: Signer;
  readonly clock: () => number;
  readonly log: Log;
};

export function anchorAt({ path, name }: AnchorPlace, { store, signer, clock, log }: Needs): Anchor {
  let known: { readonly text: string; readonly heads: Heads } | undefined;
  const factOf = (tenantId: string) => `audit-anchor ${name} ${tenantId}`;

  async function read(): Promise<Result<Heads>> {
    const text = await ifThere(readFile(path, 'utf8'));
    if (text === undefined) return ok(new Map());
    if (text === known?.text) return ok(known.heads);
    const heads = new Map<string, SignedHead>();
    for (const jws of headsIn(text)) {
      const head = await verifiedHead(signer, jws);
      if (head === undefined) return fail('audit-broken', `${path} was changed`);
      heads.set(head.tenant, head);
    }
    if (heads.size === 0) return fail('audit-broken', `${path} was changed`);
    known = { text, heads };
    return ok(heads);
  }

  async function headOf(tenantId: string): Promise<Result<SignedHead | null>> {
    const heads = await read();
    if (!heads.ok) return heads;
    const head = heads.value.get(tenantId);
    if (head !== undefined) return ok(head);
    return (await store.fact(factOf(tenantId))) === undefined
      ? ok(null)
      : fail('audit-broken', `the head of the log is gone from ${path}`);
  }

  /**
   * Whether this entry is to be the head. A head only ever moves along its own log: what shows that a log was cut is not
   * written over.
   */
  async function isNext(tenantId: string, entry: ServiceAuditEntry): Promise<Result<boolean>> {
    const kept = await headOf(tenantId);
    if (!kept.ok) return kept;
    if (kept.value === null) return ok(true);
    const { sequence, hash } = kept.value;
    const [there] = await store.auditEntries({ tenantId, after: sequence - 1, limit: 1 });
    if (there?.sequence !== sequence || there.hash !== hash)
      return fail('audit-broken', `entry ${sequence} is not the one whose hash is kept in ${path}`);
    // Another process may have been ahead.
    return ok(entry.sequence > sequence);
  }

  async function replace(heads: Heads): Promise<void> {
    const text = JSON.stringify({ heads: [...heads.values()].map(({ jws }) => jws) });
    await writeDurably(path, Buffer.from(text));
  }

  const settled = new Set<string>();
  async function settle(tenantIds: Iterable<string>): Promise<void> {
    for (const tenantId of tenantIds) {
      if (settled.has(tenantId)) continue;
      await store.settleFact(factOf(tenantId), 'kept');
      settled.add(tenantId);
    }
  }

  const told = new Set<string>();
  function tell(tenantId: string, { code: error_code, detail: cause = '' }: TallylightError): void {
    if (told.has(tenantId)) return;
    told.add(tenantId);
    log({ at: new Date(clock()).toISOString(), type: 'fault', error_code, cause });
  }

  async function keepAll(entries: ReadonlyMap<string, ServiceAuditEntry>): Promise<void> {
    const signed = new Map<string, SignedHead>();
    for (const [tenantId, entry] of entries) {
      const next = await isNext(tenantId, entry);
      if (!next.ok) tell(tenantId, next.error);
      else if (next.value) signed.set(tenantId, await signedHead(signer, tenantId, entry, clock()));
    }
    const before = await read();
    if (signed.size === 0 || !before.ok) return;
    // Another process that writes at the same moment may be put back by a few entries until its next one.
    await replace(new Map([...before.value, ...signed]));
    await settle(signed.keys());
  }

  const waiting = new Map<string, ServiceAuditEntry>();
  let last = Promise.resolve();
  let next: Promise<void> | undefined;
  return {
    headOf,

    async begin(entries) {
      const heads = new Map<string, SignedHead>();
      for (const [tenantId, entry] of entries)
        heads.set(tenantId, await signedHead(signer, tenantId, entry, clock()));
      await replace(heads);
      await settle(heads.keys());
    },

    keep(tenantId, entry) {
      const before = waiting.get(tenantId);
      if (before === undefined || before.sequence < entry.sequence) waiting.set(tenantId, entry);
      const start = () => {
        next = undefined;
        const taken = new Map(waiting);
        waiting.clear();
        return keepAll(taken);
      };
      next ??= last.then(start, start);
      last = next;
      return next;
    },
  };
}

function headsIn(text: string): readonly string[] {
  try {
    return file.parse(JSON.parse(text)).heads;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return [];
    throw error;
  }
}
