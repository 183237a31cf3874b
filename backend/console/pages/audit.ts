import { z } from 'zod';
import type { ServiceAuditEntry } from '../../../contract/audit.ts';
import { ok } from '../../../contract/result.ts';
import { queryAudit } from '../../audit/query.ts';
import { verifyAudit } from '../../audit/verify.ts';
import type { Parts } from '../../parts.ts';
import { actorWords, deedWords, reasonWords } from '../audit-words.ts';
import type { ConsoleRoute, Page } from '../page.ts';
import { type Faults, faultSummary, field } from '../parts/fields.ts';
import { code, given, type Html, html, NOTHING } from '../parts/html.ts';
import { facts, older } from '../parts/table.ts';
import { count, moment } from '../parts/words.ts';

const PATH = '/console/audit';
const PAGE = 100;

export const AUDIT_ROUTES: readonly ConsoleRoute[] = [
  {
    method: 'get',
    path: PATH,
    needs: 'admin',
    does: 'audit.read',
    section: 'audit',
    async handle({ parts, admin, query }) {
      const read = asked.safeParse(Object.fromEntries([...query].filter(([, value]) => value !== '')));
      if (!read.success) {
        const names = read.error.issues.map(({ path }) => String(path[0]));
        return ok(
          page(
            query,
            { entries: [], next: null, names: new Map() },
            Object.fromEntries(names.map((name) => [name, FAULT])),
          ),
        );
      }
      const { person: endUserId, ...rest } = read.data;
      const question = { ...rest, endUserId, limit: PAGE, isNewestFirst: true };
      const { entries, next } = await queryAudit(parts, admin.tenantId, question);
      return ok(page(query, { entries, next, names: await namesOf(parts, admin.tenantId) }, {}));
    },
  },
  {
    method: 'get',
    path: `${PATH}/verify`,
    needs: 'admin',
    does: 'audit.verify',
    section: 'audit',
    async handle({ parts, admin }) {
      const verified = await verifyAudit(parts, admin.tenantId);
      const back = html`<p><a href="${PATH}">Back to the log</a></p>`;
      if (!verified.ok && verified.error.code !== 'audit-broken') return verified;
      if (!verified.ok)
        return ok({
          kind: 'page',
          title: 'The log was changed',
          content: html`<div class="note note-wrong" role="alert"><p class="note-message">The audit log is not as it was written: the first thing wrong is ${given(verified.error.detail ?? 'unknown')}.</p>
<p>It was edited, removed, moved or cut off there. Keep a copy of the database and of the head as they are, and find out who had access.</p></div>${back}`,
        });
      const { entries, head, anchored } = verified.value;
      return ok({
        kind: 'page',
        title: 'The log is whole',
        content: html`<p class="note note-done">${count(entries, 'entry', 'entries')} from the first to the last: none was edited, removed, moved or cut off.</p>
${facts([
  ['Head', html`entry ${String(head.sequence)}`],
  ['Its hash', code(head.hash)],
  [
    'Held against',
    anchored === null
      ? 'the chain alone: no head was ever kept outside of the database'
      : html`entry ${String(anchored.sequence)}, which is kept outside of the database`,
  ],
])}
<p class="hint">Write the head down elsewhere: with <code>tallylight audit verify</code> or GET /audit/verify it shows later whether the log was written anew.</p>${back}`,
      });
    },
  },
];

const FAULT = 'A time looks like 2030-01-31T14:00.';

/** Times are UTC: a browser sends them without a zone. */
const time = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/)
  .transform((text) => `${text}Z`)
  .refine((text) => !Number.isNaN(Date.parse(text)));

const asked = z.object({
  actor: z.string().max(200).optional(),
  object: z.string().max(200).optional(),
  person: z.string().max(200).optional(),
  since: time.optional(),
  until: time.optional(),
  after: z.coerce.number().int().min(1).optional().catch(undefined),
});

type Found = {
  readonly entries: readonly ServiceAuditEntry[];
  readonly next: number | null;
  readonly names: Names;
};

function page(query: URLSearchParams, { entries, next, names }: Found, faults: Faults): Page {
  const of = (name: string) => ({ name, value: query.get(name) ?? '', fault: faults[name] });
  const following = new URLSearchParams(query);
  if (next !== null) following.set('after', String(next));
  return {
    kind: 'page',
    title: 'Audit',
    ...(Object.keys(faults).length === 0 ? {} : { status: 422 }),
    content: html`${faultSummary(faults)}
<p class="lead">Who did what, and what came of it. Nothing in it can be changed unseen. <a href="${PATH}/verify">Verify the log now</a></p>
<form method="get" action="${PATH}" class="filter" role="search" aria-label="Audit log">
${field({ ...of('actor'), label: 'Actor', maxLength: 200 })}
${field({ ...of('object'), label: 'Object', maxLength: 200 })}
${field({ ...of('person'), label: 'Person', maxLength: 200 })}
${field({ ...of('since'), label: 'From (UTC)', type: 'datetime-local' })}
${field({ ...of('until'), label: 'Before (UTC)', type: 'datetime-local' })}
<button class="action">Show</button></form>
${entries.length === 0 ? html`<p class="card empty">No entry fits.</p>` : html`<ol class="card log" aria-label="Entries, newest first">${entries.map((entry) => sentence(entry, names))}</ol>`}
${older(next === null ? null : `${PATH}?${following.toString()}`, 'Earlier entries')}`,
  };
}

/** What admins and keys are called now: the log holds ids only. */
type Names = ReadonlyMap<string, string>;

async function namesOf({ store }: Parts, tenantId: string): Promise<Names> {
  const all = [...(await store.admins(tenantId)), ...(await store.keys(tenantId))];
  return new Map(all.map(({ id, name }) => [id, name]));
}

/** One entry: who did what to what, and what came of it. */
function sentence(entry: ServiceAuditEntry, names: Names): Html {
  const { sequence, at, actor, outcome, reason } = entry;
  const { words, id } = actorWords(actor);
  const name = names.get(id);
  const who = html`${words}${name === undefined ? NOTHING : html` ${given(name)}`}${
    id === '' ? NOTHING : html` <a href="${PATH}?actor=${encodeURIComponent(actor)}">${code(id)}</a>`
  }`;
  const object = entry.object === id ? '' : entry.object;
  const what =
    object === ''
      ? NOTHING
      : html` <a href="${PATH}?object=${encodeURIComponent(object)}">${code(object)}</a>`;
  const why = reason === '' ? NOTHING : html` <span class="entry-why">${given(reasonWords(reason))}</span>`;
  return html`<li class="entry entry-${outcome}"><p class="entry-at"><span class="entry-number">entry ${String(sequence)}</span> ${moment(Date.parse(at) / 1000)}</p>
<p>${who} ${deedWords(entry)}${what}.${why}</p></li>`;
}
