import { ok } from '../../../contract/result.ts';
import { type SessionStatus, sessionStatus } from '../../../contract/wire.ts';
import { cursorAt, cursorOf } from '../../routes/cursor.ts';
import type { SessionRecord, StreamRecord } from '../../store/records.ts';
import { sessionLight } from '../light-of.ts';
import type { Call, ConsoleRoute } from '../page.ts';
import { field, select } from '../parts/fields.ts';
import { code, given, type Html, html, NOTHING } from '../parts/html.ts';
import { notice } from '../parts/layout.ts';
import { LIGHT_WORDS, type Light, light } from '../parts/light.ts';
import { older, table } from '../parts/table.ts';
import { capital, listed, moment } from '../parts/words.ts';

const PATH = '/console/sessions';
const PAGE = 50;

const DONE: { readonly [what: string]: string } = {
  deleted: 'The session was deleted, with everything that was recorded in it.',
};

export const SESSION_LIST_ROUTES: readonly ConsoleRoute[] = [
  {
    method: 'get',
    path: PATH,
    needs: 'admin',
    does: 'session.list',
    section: 'sessions',
    async handle(call) {
      const { parts, admin, query } = call;
      const found = await rowsOf(call);
      const collections = await parts.store.collections(admin.tenantId);
      const follow = new URLSearchParams(query);
      follow.set('newest', found.rows[0]?.session.id ?? '');
      return ok({
        kind: 'page',
        title: 'Sessions',
        content: html`${notice(DONE[query.get('done') ?? ''])}
${filterForm(query, collections)}
<div data-refresh="${PATH}/light?${follow.toString()}">
<p class="summary" id="summary" role="status">${summary(found.rows)}</p><p class="summary" id="newer"></p>
${found.rows.length === 0 ? EMPTY : listTable(found.rows)}</div>
${STALE}${older(found.older, 'Older sessions')}`,
      });
    },
  },
  {
    method: 'get',
    path: `${PATH}/light`,
    needs: 'admin',
    does: null,
    section: 'sessions',
    async handle(call) {
      const { rows } = await rowsOf(call);
      const isNew = rows[0] !== undefined && rows[0].session.id !== call.query.get('newest');
      const again = new URLSearchParams(call.query);
      again.delete('newest');
      const newer = isNew
        ? html`<a href="${PATH}?${again.toString()}">There are newer sessions: show them</a>`
        : NOTHING;
      return ok({
        kind: 'piece',
        content: html`<p id="summary">${summary(rows)}</p><p id="newer">${newer}</p>${rows.map(
          (row) => html`<p id="light-${row.session.id}">${light(row.light)}</p>`,
        )}`,
      });
    },
  },
];

/** Where the script says that the lights are no longer followed. */
export const STALE = html`<p class="note" data-stale role="status" hidden>The lights are no longer up to date: you are signed out. <a href="">Open this page again</a></p>`;

const EMPTY = html`<p class="card empty">No session fits. Your backend makes sessions, with a key that may capture.</p>`;

type Row = {
  readonly session: SessionRecord;
  readonly streams: readonly StreamRecord[];
  readonly light: Light;
};

async function rowsOf({
  parts,
  admin,
  query,
}: Call): Promise<{ readonly rows: Row[]; readonly older: string | null }> {
  const status = sessionStatus.safeParse(query.get('status'));
  const after = cursorOf.safeParse(query.get('after') ?? '');
  const found = await parts.store.sessions({
    tenantId: admin.tenantId,
    environment: null,
    collectionId: query.get('collection') || undefined,
    endUserId: query.get('person') || undefined,
    status: status.success ? status.data : undefined,
    after: after.success ? after.data : undefined,
    limit: PAGE + 1,
  });
  const page = found.slice(0, PAGE);
  const streams = await parts.store.streamsOf(page.map(({ id }) => id));
  const rows = await Promise.all(
    page.map(async (session) => {
      const own = streams.filter(({ sessionId }) => sessionId === session.id);
      return { session, streams: own, light: await sessionLight(parts, session, own) };
    }),
  );
  const last = found.length > PAGE ? page.at(-1) : undefined;
  if (last === undefined) return { rows, older: null };
  const next = new URLSearchParams(query);
  next.set('after', cursorAt(last));
  return { rows, older: `${PATH}?${next.toString()}` };
}

function summary(rows: readonly Row[]): string {
  const shown = (['live', 'silent', 'starting', 'paused', 'stopping'] as const)
    .map(
      (each) => [rows.filter((row) => row.light === each).length, LIGHT_WORDS[each].toLowerCase()] as const,
    )
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}`);
  return shown.length === 0 ? 'Nothing is being captured.' : `${capital(listed(shown))}.`;
}

function listTable(rows: readonly Row[]): Html {
  return table<Row>(
    { caption: 'Sessions, newest first' },
    [
      {
        head: 'Light',
        cell: ({ session, light: shown }) => html`<span id="light-${session.id}">${light(shown)}</span>`,
      },
      {
        head: 'Session',
        isName: true,
        cell: ({ session: { id } }) => html`<a href="${PATH}/${id}">${code(id)}</a>`,
      },
      { head: 'Person', cell: ({ session }) => given(session.endUserId) },
      { head: 'Collection', cell: ({ session }) => session.collectionId },
      { head: 'Channels', cell: ({ streams }) => channelsOf(streams) },
      { head: 'Made (UTC)', cell: ({ session }) => moment(session.createdAt) },
    ],
    rows,
  );
}

/** `2 kept, 1 live only`. */
function channelsOf(streams: readonly StreamRecord[]): string {
  const kept = streams.filter(({ store }) => store).length;
  const said = [
    [kept, 'kept'],
    [streams.length - kept, 'live only'],
  ] as const;
  const words = said.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  return words.length === 0 ? 'none yet' : words.join(', ');
}

const STATUS_WORDS: { readonly [S in SessionStatus]: string } = {
  ...LIGHT_WORDS,
  active: 'Under way',
};

function filterForm(
  query: URLSearchParams,
  collections: readonly { readonly id: string; readonly name: string }[],
): Html {
  return html`<form method="get" action="${PATH}" class="filter" role="search" aria-label="Sessions">
${field({ name: 'person', label: 'Person', value: query.get('person') ?? '', isRequired: false, maxLength: 200 })}
${select({
  name: 'status',
  legend: 'Status',
  chosen: query.get('status') ?? '',
  options: [
    { value: '', label: 'Any' },
    ...sessionStatus.options.map((value) => ({ value, label: STATUS_WORDS[value] })),
  ],
})}
${select({
  name: 'collection',
  legend: 'Collection',
  chosen: query.get('collection') ?? '',
  options: [
    { value: '', label: 'Any' },
    ...collections.map(({ id, name }) => ({ value: id, label: `${name} (${id})` })),
  ],
})}
<button class="action">Show</button></form>`;
}
