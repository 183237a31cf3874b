import { fail, ok } from '../../../contract/result.ts';
import {
  COPY_VIEWS,
  type CopyView,
  listCopies,
  type PlacedCopy,
  sendNow,
  viewOfCopy,
} from '../../redundancy/copies.ts';
import { cursorAt, cursorOf } from '../../routes/cursor.ts';
import { reasonWords, remedyWords } from '../audit-words.ts';
import type { Call, ConsoleRoute, Page } from '../page.ts';
import { csrfField } from '../parts/fields.ts';
import { code, given, type Html, html, NOTHING } from '../parts/html.ts';
import { notice } from '../parts/layout.ts';
import { older, table } from '../parts/table.ts';
import { count, moment } from '../parts/words.ts';
import { sessionOf } from '../within.ts';

const PATH = '/console/copies';
const PAGE = 50;

const DONE: { readonly [what: string]: string } = {
  sent: 'It is being sent. What becomes of it is told here.',
};

const VIEW_WORDS: { readonly [V in CopyView]: string } = {
  waiting: 'Being made',
  kept: 'Kept here',
  sending: 'Being sent',
  failing: 'Not sent yet',
  sent: 'Sent',
};

export const COPY_ROUTES: readonly ConsoleRoute[] = [
  {
    method: 'get',
    path: PATH,
    needs: 'admin',
    does: 'copy.list',
    section: 'copies',
    handle: async (call) => ok(await page(call)),
  },
  {
    method: 'post',
    path: `${PATH}/:id/send`,
    needs: 'admin',
    does: 'copy.send',
    section: 'copies',
    async handle(call) {
      const id = call.params.id ?? '';
      const session = id.startsWith('vid-') ? await sessionOf(call, id) : undefined;
      if (session === undefined) return fail('video-unknown', id);
      const sent = await sendNow(call.parts, id, { isAdmin: true });
      return sent.ok ? ok({ kind: 'go', to: `${PATH}?done=sent` }) : sent;
    },
  },
];

async function page({ parts, admin, pass, query }: Call): Promise<Page> {
  const view = COPY_VIEWS.find((each) => each === query.get('state'));
  const after = cursorOf.safeParse(query.get('after') ?? '');
  const found = await listCopies(parts, view, {
    ...{ tenantId: admin.tenantId, environment: null, limit: PAGE + 1 },
    after: after.success ? after.data : undefined,
  });
  const copies = found.slice(0, PAGE);
  const last = found.length > PAGE ? copies.at(-1) : undefined;
  const more = view === undefined ? '' : `state=${view}&`;
  return {
    kind: 'page',
    title: 'Copies',
    content: html`${notice(DONE[query.get('done') ?? ''])}
<p class="lead">Every finished recording has a second copy here, sealed with the same key. Where its collection has a destination, it goes there, too.</p>
<p class="actions"><a class="action" href="${PATH}/destinations">Destinations</a></p>
<nav aria-label="Which copies"><ul class="todo">${[undefined, ...COPY_VIEWS].map((each) => filterLink(each, view))}</ul></nav>
${copies.length === 0 ? html`<p class="card empty">None${view === undefined ? '' : ' of these'}.</p>` : copyTable(copies, pass.csrf)}
${older(last === undefined ? null : `${PATH}?${more}after=${cursorAt({ createdAt: last.createdAt, id: last.videoId })}`, 'Copies of older recordings')}`,
  };
}

function filterLink(view: CopyView | undefined, chosen: CopyView | undefined): Html {
  const to = view === undefined ? PATH : `${PATH}?state=${view}`;
  const words = view === undefined ? 'All' : VIEW_WORDS[view];
  return html`<li><a href="${to}"${view === chosen ? html` aria-current="true"` : NOTHING}>${words}</a></li>`;
}

function copyTable(copies: readonly PlacedCopy[], csrf: string): Html {
  return table<PlacedCopy>(
    { caption: 'Second copies, newest first' },
    [
      { head: 'Recording', isName: true, cell: ({ videoId }) => code(videoId) },
      {
        head: 'Session',
        cell: ({ sessionId: id }) => html`<a href="/console/sessions/${id}">${code(id)}</a>`,
      },
      { head: 'Collection', cell: ({ collectionId }) => code(collectionId) },
      { head: 'Made (UTC)', cell: ({ createdAt }) => moment(createdAt) },
      { head: 'State', cell: stateOf },
      { head: 'Elsewhere', cell: elsewhere },
      { head: 'Second copy here', cell: ({ isHeld }) => (isHeld ? 'yes' : 'no') },
      { head: 'To do', cell: (copy) => todo(copy, csrf) },
    ],
    copies,
  );
}

function stateOf(copy: PlacedCopy): Html {
  const view = viewOfCopy(copy);
  const words = VIEW_WORDS[view];
  if (view === 'sent') return html`${words}${copy.sentAt === null ? NOTHING : html` ${moment(copy.sentAt)}`}`;
  if (view !== 'failing') return html`${words}`;
  const [failure = '', detail] = copy.lastError.split(': ', 2);
  return html`<span class="badge badge-warn">${copy.state === 'sending' ? words : 'Not made yet'}</span> ${reasonWords(failure)}${
    detail === undefined ? NOTHING : html` (${given(detail)})`
  } ${count(copy.attempts, 'attempt')}; the next at ${moment(Math.ceil(copy.nextAt / 1000))}. ${remedyWords(failure)}`;
}

/** Where it arrived last first; the rest is where it went before, or where an attempt failed. */
function elsewhere({ sentTo, places }: PlacedCopy): Html {
  const others = places.filter((place) => place !== sentTo);
  if (others.length === 0) return sentTo === '' ? html`nowhere` : given(sentTo);
  const last = sentTo === '' ? NOTHING : html`<li>${given(sentTo)}</li>`;
  return html`<ul>${last}${others.map((place) => html`<li>${given(place)} <span class="hint">maybe in part</span></li>`)}</ul>`;
}

function todo(copy: PlacedCopy, csrf: string): Html {
  const view = viewOfCopy(copy);
  if (['new', 'lost', 'leaving'].includes(copy.state) || view === 'sending')
    return html`<span class="hint">By itself</span>`;
  const words = view === 'kept' ? 'Send' : 'Send again';
  return html`<form method="post" action="${PATH}/${copy.videoId}/send">${csrfField(csrf)}<button class="quiet">${words}<span class="unseen"> the recording ${copy.videoId}</span></button></form>`;
}
