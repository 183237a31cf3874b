import { type Kysely, type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { Keyring } from '../secrets/keyring.ts';
import { busyOf, claimEach, isDue } from './due.ts';
import type { Letter, SentLetter, WebhookRecord } from './records.ts';
import { environment } from './rows.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

type Outbox = Pick<
  Store,
  | 'addLetters'
  | 'claimLetters'
  | 'nextLetterAt'
  | 'settleLetter'
  | 'deadLetters'
  | 'deadLetter'
  | 'reviveLetter'
  | 'forgetLettersDeadBefore'
  | 'webhook'
  | 'changeWebhook'
>;

/** What is under the column key: where a letter goes and what it says. */
const letterSecrets = z.object({
  url: z.string().nullable(),
  body: z.string(),
});

const webhookSecrets = z.object({
  url: z.string().nullable(),
  secrets: z.array(z.object({ secret: z.string(), createdAt: z.int(), until: z.int().nullable() })),
});

/** Events on their way out, and where each tenant wants its own. */
export function outboxOver(db: Kysely<Tables>, keyring: Keyring): Outbox {
  /** The first of each lane: what comes after it waits, so that a session is told of in its order. */
  const heads = () =>
    db
      .selectFrom('outbox as letter')
      .where('letter.state', '=', 'waiting')
      .where((is) =>
        is.not(
          is.exists(
            is
              .selectFrom('outbox as before')
              .select('before.id')
              .whereRef('before.lane', '=', 'letter.lane')
              .where('before.state', '=', 'waiting')
              .whereRef('before.position', '<', 'letter.position'),
          ),
        ),
      );

  return {
    async addLetters(letters) {
      await db.transaction().execute((tx) => putLetters(tx, keyring, letters));
    },

    async claimLetters(nowMs, untilMs, limit, share = { ofOne: limit, claimed: new Map() }) {
      const busy = busyOf(share);
      const due = await heads()
        .selectAll('letter')
        .where(isDue('letter.next_at', nowMs))
        .$if(busy.length > 0, (query) => query.where('letter.tenant_id', 'not in', busy))
        .orderBy('letter.next_at')
        .limit(limit)
        .execute();
      return claimEach(due, share, async (row) => {
        // Another process that saw the same row finds it moved.
        const mine = await db
          .updateTable('outbox')
          .set({ next_at: untilMs })
          .where('id', '=', row.id)
          .where('state', '=', 'waiting')
          .where('next_at', '=', row.next_at)
          .executeTakeFirst();
        return mine.numUpdatedRows === 1n ? toLetter(keyring, { ...row, next_at: untilMs }) : undefined;
      });
    },

    async nextLetterAt(except = []) {
      const row = await heads()
        .$if(except.length > 0, (query) => query.where('letter.tenant_id', 'not in', [...except]))
        .select('letter.next_at')
        .orderBy('letter.next_at')
        .limit(1)
        .executeTakeFirst();
      return row?.next_at;
    },

    async settleLetter({ id, nextAt: claimedUntil }, outcome) {
      if (outcome.state === 'delivered') {
        await db.deleteFrom('outbox').where('id', '=', id).execute();
        return;
      }
      await db
        .updateTable('outbox')
        .set((column) => ({
          state: outcome.state,
          last_error: outcome.error,
          next_at: outcome.nextAt,
          attempts: column('attempts', '+', outcome.attempts),
        }))
        .where('id', '=', id)
        // Whoever took so long that another tried meanwhile has nothing to say any more.
        .where('next_at', '=', claimedUntil)
        .execute();
    },

    async deadLetters(tenantId, limit) {
      const rows = await db
        .selectFrom('outbox')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('state', '=', 'dead')
        .orderBy('created_at')
        .orderBy('position')
        .limit(limit)
        .execute();
      return rows.map((row) => toLetter(keyring, row));
    },

    async deadLetter(tenantId, id) {
      const row = await db
        .selectFrom('outbox')
        .selectAll()
        .where('id', '=', id)
        .where('tenant_id', '=', tenantId)
        .where('state', '=', 'dead')
        .executeTakeFirst();
      return row && toLetter(keyring, row);
    },

    async reviveLetter(id, at) {
      return db.transaction().execute(async (tx) => {
        const row = await tx
          .selectFrom('outbox')
          .select('lane')
          .where('id', '=', id)
          .where('state', '=', 'dead')
          .executeTakeFirst();
        if (row === undefined) return false;
        const again = {
          state: 'waiting' as const,
          created_at: at,
          next_at: at,
          attempts: 0,
          position: await nextPosition(tx, row.lane),
        };
        const revived = await tx
          .updateTable('outbox')
          .set(again)
          .where('id', '=', id)
          .where('state', '=', 'dead')
          .executeTakeFirst();
        return revived.numUpdatedRows === 1n;
      });
    },

    async forgetLettersDeadBefore(at) {
      await db.deleteFrom('outbox').where('state', '=', 'dead').where('created_at', '<', at).execute();
    },

    async webhook(tenantId) {
      const row = await db
        .selectFrom('webhook')
        .select('sealed')
        .where('tenant_id', '=', tenantId)
        .executeTakeFirst();
      return row && opened(tenantId, row.sealed);
    },

    async changeWebhook(tenantId, change) {
      for (;;) {
        const row = await db
          .selectFrom('webhook')
          .select('sealed')
          .where('tenant_id', '=', tenantId)
          .executeTakeFirst();
        const after = change(row && opened(tenantId, row.sealed));
        const sealed = keyring.sealColumn(webhookContext(tenantId), JSON.stringify(after));
        // Whoever was faster is not overwritten: then the change is made to what they left.
        const changed =
          row === undefined
            ? await db
                .insertInto('webhook')
                .values({ tenant_id: tenantId, sealed })
                .onConflict((conflict) => conflict.doNothing())
                .executeTakeFirst()
            : await db
                .updateTable('webhook')
                .set({ sealed })
                .where('tenant_id', '=', tenantId)
                .where('sealed', '=', row.sealed)
                .executeTakeFirst();
        const count = 'numUpdatedRows' in changed ? changed.numUpdatedRows : changed.numInsertedOrUpdatedRows;
        if (count === 1n) return after;
      }
    },
  };

  function opened(tenantId: string, sealed: string): WebhookRecord {
    return webhookSecrets.parse(JSON.parse(keyring.openColumn(webhookContext(tenantId), sealed)));
  }
}

/** To be called in the transaction of the change that the letters tell of. */
export async function putLetters(
  tx: Kysely<Tables>,
  keyring: Keyring,
  letters: readonly Letter[] = [],
): Promise<void> {
  for (const { id, tenantId, sessionId, subject, event, since, environment, url, body } of letters) {
    const lane = `${sessionId ?? tenantId} ${url === null ? 'webhook' : 'callback'}`;
    const row = {
      id,
      tenant_id: tenantId,
      environment,
      subject,
      session_id: sessionId,
      lane,
      position: await nextPosition(tx, lane),
      event,
      sealed: keyring.sealColumn(letterContext(id), JSON.stringify({ url, body })),
      created_at: since,
      next_at: since,
      attempts: 0,
      state: 'waiting' as const,
      last_error: '',
    };
    await tx.insertInto('outbox').values(row).execute();
  }
}

/** To be called in the transaction that deletes the session: what was given up goes, what is on its way is told. */
export async function dropDeadLetters(tx: Kysely<Tables>, sessionId: string): Promise<void> {
  await tx.deleteFrom('outbox').where('session_id', '=', sessionId).where('state', '=', 'dead').execute();
}

async function nextPosition(tx: Kysely<Tables>, lane: string): Promise<number> {
  const { next } = await tx
    .selectFrom('outbox')
    .select(sql<number>`coalesce(max(position), 0) + 1`.as('next'))
    .where('lane', '=', lane)
    .executeTakeFirstOrThrow();
  return next;
}

function toLetter(keyring: Keyring, row: Selectable<Tables['outbox']>): SentLetter {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    environment: row.environment === null ? null : environment.parse(row.environment),
    subject: row.subject,
    sessionId: row.session_id,
    event: row.event,
    since: row.created_at,
    nextAt: row.next_at,
    attempts: row.attempts,
    lastError: row.last_error,
    ...letterSecrets.parse(JSON.parse(keyring.openColumn(letterContext(row.id), row.sealed))),
  };
}

function letterContext(id: string): string {
  return `tallylight outbox 1\n${id}`;
}

function webhookContext(tenantId: string): string {
  return `tallylight webhook 1\n${tenantId}`;
}
