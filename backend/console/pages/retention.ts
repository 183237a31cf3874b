import { ok } from '../../../contract/result.ts';
import type { Due } from '../../retention/due.ts';
import { dueNow, sweepTenant } from '../../retention/sweep.ts';
import type { ConsoleRoute } from '../page.ts';
import { code, html } from '../parts/html.ts';
import { notice } from '../parts/layout.ts';
import { question } from '../parts/question.ts';
import { table } from '../parts/table.ts';
import { capital, count, moment } from '../parts/words.ts';

const PATH = '/console/retention';
/** More are not listed one by one. */
const MOST = 200;

export const RETENTION_ROUTES: readonly ConsoleRoute[] = [
  {
    method: 'get',
    path: PATH,
    needs: 'admin',
    does: 'retention.read',
    section: 'retention',
    async handle({ parts, admin, query }) {
      const due = await dueNow(parts, admin.tenantId);
      const done = /^\d{1,9}$/.exec(query.get('swept') ?? '')?.[0];
      return ok({
        kind: 'page',
        title: 'Retention',
        content: html`${notice(done === undefined ? undefined : `${capital(count(Number(done), 'session'))} ${done === '1' ? 'was' : 'were'} deleted by this sweep.`)}
<p class="lead">What the policies say is over. The service deletes it by itself every hour; here you see it before. Without a retention in days nothing is ever deleted by time.</p>
${
  due.length === 0
    ? html`<p class="card empty">Nothing is due.</p>`
    : html`<p class="summary">${capital(count(due.length, 'session'))} ${due.length === 1 ? 'is' : 'are'} due.${due.length > MOST ? ` The first ${MOST} are listed.` : ''}</p>
${table<Due>(
  { caption: 'Sessions that a sweep would delete now' },
  [
    {
      head: 'Session',
      isName: true,
      cell: ({ sessionId }) => html`<a href="/console/sessions/${sessionId}">${code(sessionId)}</a>`,
    },
    {
      head: 'Collection',
      cell: ({ collectionId }) => html`<a href="/console/policy/${collectionId}">${collectionId}</a>`,
    },
    { head: 'Kept for', cell: ({ days }) => count(days, 'day') },
    { head: 'Due since (UTC)', cell: ({ since }) => moment(since) },
  ],
  due.slice(0, MOST),
)}<p class="actions"><a class="action" href="${PATH}/sweep">Sweep now</a></p>`
}`,
      });
    },
  },
  {
    method: 'get',
    path: `${PATH}/sweep`,
    needs: 'admin',
    does: null,
    section: 'retention',
    async handle(call) {
      const due = await dueNow(call.parts, call.admin.tenantId);
      return ok(
        question(call, {
          title: 'Sweep now?',
          says: [
            `${capital(count(due.length, 'session'))} and everything that was recorded in ${due.length === 1 ? 'it' : 'them'} will be deleted.`,
            'Their keys are destroyed first, so nobody can open them again. A backup of the database from before still holds the wrapped keys.',
            'Each deletion is noted in the audit log with the policy that asked for it.',
          ],
          action: `${PATH}/sweep`,
          yes: 'Sweep now',
          back: PATH,
        }),
      );
    },
  },
  {
    method: 'post',
    path: `${PATH}/sweep`,
    needs: 'admin',
    does: 'retention.sweep',
    section: 'retention',
    async handle({ parts, admin }) {
      return ok({ kind: 'go', to: `${PATH}?swept=${await sweepTenant(parts, admin.tenantId)}` });
    },
  },
];
