import { createHash } from 'node:crypto';
import { type AuditOutcome, type ServiceAuditEntry, serviceAuditEntry } from '../../contract/audit.ts';
import { canonicalJson } from '../../contract/canonical.ts';
import type { Keyring } from '../secrets/keyring.ts';
import type { Concerned, SessionRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { Turns } from '../turns.ts';
import type { Anchor } from './anchor.ts';

/** Hash before the first entry. */
export const BEGINNING = '0'.repeat(64);

/** What the log calls the erasure of a person. */
export const ERASING = 'person.erase';

export type Noted = {
  readonly tenantId: string;
  readonly actor: string;
  /** `noun.verb`. */
  readonly action: string;
  readonly object: string;
  readonly outcome: AuditOutcome;
  readonly reason: string;
  /** The person it concerns. */
  readonly concerned?: Concerned | null;
};

/** Whom something that was done to a session concerns. */
export function concernedIn(
  keyring: Pick<Keyring, 'subjectOf'>,
  { tenantId, endUserId, environment }: Pick<SessionRecord, 'tenantId' | 'endUserId' | 'environment'>,
): Concerned {
  return { subject: keyring.subjectOf(tenantId, endUserId), environment };
}

/** The service's log: append-only, a chain of hashes per tenant. */
export type Audit = {
  /** Durable when it resolves, and its head kept outside of the database. */
  note(noted: Noted): Promise<void>;
  /** The head that is kept outside of the log. */
  readonly anchored: Anchor['headOf'];
  readonly anchorAnew: Anchor['begin'];
};

export function newAudit(store: Store, turns: Turns, clock: () => number, anchor: Anchor): Audit {
  const append = ({ tenantId, concerned = null, ...said }: Noted) =>
    turns(`audit ${tenantId}`, async () => {
      for (;;) {
        const head = await store.auditHead(tenantId);
        const unhashed = {
          sequence: (head?.sequence ?? 0) + 1,
          at: new Date(clock()).toISOString(),
          ...said,
          previous: head?.hash ?? BEGINNING,
        };
        const entry = serviceAuditEntry.parse({ ...unhashed, hash: hashOf(unhashed) });
        // Another process on the same database may have been first: then the entry follows that one.
        if (await store.addAudit(tenantId, entry, concerned)) return entry;
      }
    });
  return {
    anchored: anchor.headOf,
    anchorAnew: anchor.begin,
    note: async (noted) => anchor.keep(noted.tenantId, await append(noted)),
  };
}

/** SHA-256 over the canonical JSON of an entry without its hash. */
export function hashOf({
  sequence,
  at,
  actor,
  action,
  object,
  outcome,
  reason,
  previous,
}: Omit<ServiceAuditEntry, 'hash'>): string {
  const unhashed = { sequence, at, actor, action, object, outcome, reason, previous };
  return createHash('sha256').update(canonicalJson(unhashed)).digest('hex');
}
