import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import type { AuditHead } from '../../contract/audit.ts';
import { type Anchor, anchorAt, anchorPlace } from '../audit/anchor.ts';
import { type Audit, newAudit } from '../audit/log.ts';
import { verifyAudit } from '../audit/verify.ts';
import type { LogLine } from '../log.ts';
import type { Master } from '../secrets/master.ts';
import { signerWith } from '../secrets/signer.ts';
import { openStore, type StoreConfig } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { newTurns } from '../turns.ts';
import { MASTER } from './records.ts';
import { must } from './service.ts';

export const TENANT = 'default';

/** An audit log with its store and anchor, as one process of the service has them. */
export type TrialLog = {
  readonly store: Store;
  readonly audit: Audit;
  readonly anchor: Anchor;
  readonly anchorFile: string;
  readonly log: readonly LogLine[];
  /** Writes so many entries, one after the other. */
  readonly write: (count: number) => Promise<void>;
  readonly verify: (...kept: AuditHead[]) => ReturnType<typeof verifyAudit>;
};

export async function auditLog(
  config: StoreConfig & { readonly auditAnchor?: string },
  master: Master = MASTER,
): Promise<TrialLog> {
  const { store, keyring } = must(await openStore(config, master));
  onTestFinished(() => store.close());
  const clock = () => Date.UTC(2030, 0, 1);
  const log: LogLine[] = [];
  const signer = await signerWith(keyring.signingKey);
  const place = anchorPlace(config);
  const anchor = anchorAt(place, { store, signer, clock, log: (line) => void log.push(line) });
  const audit = newAudit(store, newTurns(), clock, anchor);
  return {
    ...{ store, audit, anchor, log },
    anchorFile: place.path,
    async write(count) {
      for (let index = 0; index < count; index++) await audit.note(anEntry(index));
    },
    verify: (...kept) => verifyAudit({ store, audit }, TENANT, kept),
  };
}

export function anEntry(index: number) {
  return {
    tenantId: TENANT,
    actor: `key:key-${index}`,
    action: 'video.download',
    object: `vid-${index}`,
    outcome: 'done',
    reason: '',
  } as const;
}

/** Somebody with the database in their hands. */
export function intruder(dataDir: string): DatabaseSync {
  const database = new DatabaseSync(join(dataDir, 'tallylight.sqlite'));
  onTestFinished(() => database.close());
  return database;
}

/** The anchor's file with something else in the place of what is there. */
export async function changeFile(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(path, change(await readFile(path, 'utf8')));
}
