import { fail, ok } from '../../../contract/result.ts';
import { accessArchive } from '../../rights/access.ts';
import { erasePerson } from '../../rights/erase.ts';
import { type RightsRequest, rightsRequests } from '../../rights/requests.ts';
import type { Call, ConsoleRoute, Page } from '../page.ts';
import { type Faults, faultSummary, field, hidden } from '../parts/fields.ts';
import { code, given, type Html, html } from '../parts/html.ts';
import { question } from '../parts/question.ts';
import { facts, table } from '../parts/table.ts';
import { capital, count, moment, momentUtc } from '../parts/words.ts';

const PATH = '/console/people';
const STATE = { open: 'Under way', done: 'Done', failed: 'Broken off: ask again' } as const;
const OPEN = {
  access: 'Under way, as long as somebody downloads it. Where that was broken off, ask again.',
  erase: 'Not yet: it goes on by itself.',
} as const;
const guarded = { needs: 'password', section: 'people' } as const;
const personOf = ({ form, query }: Call) => form.get('person') ?? query.get('person') ?? '';
const pageOf = (path: string) => (call: Call) =>
  `${PATH}/${path}?person=${encodeURIComponent(personOf(call))}`;

/** The rights of the recorded: to have what is held of them, and to have it gone. */
export const PEOPLE_ROUTES: readonly ConsoleRoute[] = [
  {
    method: 'get',
    path: PATH,
    needs: 'admin',
    does: 'request.list',
    section: 'people',
    handle: async (call) => ok(await page(call, {})),
  },
  {
    // The two buttons of the form: nothing is done before the page that each leads to.
    method: 'get',
    path: `${PATH}/choose`,
    needs: 'admin',
    does: null,
    section: 'people',
    async handle(call) {
      const person = personOf(call).trim();
      if (person === '' || person.length > 200)
        return ok(
          await page(call, {
            person: 'Write the id of the person, as your backend has it (200 letters at most).',
          }),
        );
      const right = call.query.get('right') === 'erase' ? 'erase' : 'access';
      return ok({ kind: 'go', to: `${PATH}/${right}?person=${encodeURIComponent(person)}` });
    },
  },
  {
    ...guarded,
    method: 'get',
    path: `${PATH}/access`,
    does: null,
    async handle(call) {
      const person = personOf(call);
      return ok(
        question(call, {
          title: 'Download everything about this person?',
          says: [
            html`Person ${code(person)}: ${capital(await amountOf(call, person))}.`,
            html`<strong>The archive contains the person’s media</strong>, everything else that is held about them, and the digest of each file. It is the one place in this console that gives out media.`,
            'Hand it to the person by a way that you trust, and delete your copy. The download is noted in the audit log.',
          ],
          fields: hidden('person', person),
          action: `${PATH}/access`,
          yes: 'Download the archive',
          back: PATH,
        }),
      );
    },
  },
  {
    ...guarded,
    method: 'post',
    path: `${PATH}/access`,
    does: 'person.export',
    from: pageOf('access'),
    async handle(call) {
      const { parts, admin } = call;
      const person = personOf(call);
      if (person === '' || person.length > 200) return fail('bad-request', 'the person is missing');
      const by = { actor: `admin:${admin.id}`, environment: null, breakOff: call.breakOff };
      const { id, fileName, content } = await accessArchive(parts, admin.tenantId, person, by);
      call.about.reason = id;
      return ok({ kind: 'file', name: fileName, type: 'application/zip', body: content });
    },
  },
  {
    ...guarded,
    method: 'get',
    path: `${PATH}/erase`,
    does: null,
    handle: async (call) => ok(await eraseQuestion(call, undefined)),
  },
  {
    ...guarded,
    method: 'post',
    path: `${PATH}/erase`,
    does: 'person.erase',
    from: pageOf('erase'),
    async handle(call) {
      const { parts, admin, form } = call;
      const person = personOf(call);
      if (person === '' || form.get('again') !== person)
        return ok(await eraseQuestion(call, 'This is not the id above. Nothing was erased.'));
      const erased = await erasePerson(parts, admin.tenantId, person);
      if (!erased.ok) return erased;
      const { id } = erased.value;
      call.about.object = id;
      return ok({ kind: 'go', to: `${PATH}/requests/${id}` });
    },
  },
  {
    method: 'get',
    path: `${PATH}/requests/:id`,
    needs: 'admin',
    does: 'request.read',
    section: 'people',
    async handle(call) {
      const found = await requestOf(call);
      if (found === undefined) return fail('not-now', 'there is no such request');
      const { id, kind, status, createdAt, finishedAt, sessions, recordings, receipt, copiesLeft } = found;
      return ok({
        kind: 'page',
        title: kind === 'erase' && status === 'done' ? 'The person was erased' : `Request ${id}`,
        content: html`${facts([
          ['Request', code(id)],
          ['Right', RIGHT[kind]],
          ['Asked', momentUtc(createdAt)],
          ['State', status === 'open' ? OPEN[kind] : STATE[status]],
          ['Ended', finishedAt === null ? '' : momentUtc(finishedAt)],
          ['Sessions', String(sessions)],
          ['Recordings', String(recordings)],
          ...(receipt === null
            ? []
            : [
                [
                  'Receipt',
                  html`<a href="${PATH}/requests/${id}/receipt" download>Download the signed receipt</a>`,
                ] as const,
              ]),
        ])}
${receipt === null ? '' : html`<p class="hint">The receipt is signed by this service (JWS, its key is at /.well-known/jwks.json) and names nobody: keep it as proof.</p>`}
${leftElsewhere(copiesLeft)}
<p><a href="${PATH}">Back to people</a></p>`,
      });
    },
  },
  {
    method: 'get',
    path: `${PATH}/requests/:id/receipt`,
    needs: 'admin',
    does: 'request.read',
    section: 'people',
    async handle(call) {
      const found = await requestOf(call);
      if (found === undefined || found.receipt === null) return fail('not-now', 'there is no such receipt');
      return ok({
        kind: 'file',
        name: `erasure-${found.id}.jws`,
        type: 'application/jose',
        body: `${found.receipt}\n`,
      });
    },
  },
];

/** What was copied to a destination is not deleted there. */
function leftElsewhere(left: RightsRequest['copiesLeft']): Html | string {
  if (left.length === 0) return '';
  return html`<h2>Left elsewhere</h2>
<p>Copies may lie in these places still, whole or in part: nothing is deleted there. Delete them in the store itself.</p>
<ul>${left.map(({ at }) => html`<li>${given(at)}</li>`)}</ul>`;
}

const RIGHT: { readonly [K in RightsRequest['kind']]: string } = { access: 'Access', erase: 'Erasure' };

async function requestOf({ parts, admin, params }: Call): Promise<RightsRequest | undefined> {
  return (await rightsRequests(parts, admin.tenantId)).find(({ id }) => id === params.id);
}

/** `2 sessions and 3 recordings`. */
async function amountOf({ parts, admin }: Call, person: string): Promise<string> {
  const sessions = await parts.store.sessions({
    ...{ tenantId: admin.tenantId, environment: null, endUserId: person, limit: 1000 },
  });
  const videos = await parts.store.videosOf(sessions.map(({ id }) => id));
  return `${count(sessions.length, 'session')} and ${count(videos.length, 'recording')}`;
}

async function eraseQuestion(call: Call, fault: string | undefined): Promise<Page> {
  const person = personOf(call);
  const faults: Faults = fault === undefined ? {} : { again: fault };
  return question(call, {
    title: 'Erase everything about this person?',
    ...(fault === undefined ? {} : { status: 422 }),
    says: [
      html`Person ${code(person)}: ${capital(await amountOf(call, person))} go, with names, metadata and consent receipts.`,
      'The keys are destroyed first, then the files: nobody can open them again. A backup of the database from before still holds the wrapped keys.',
      'The audit log stays whole, but nothing links it to the person any more.',
      'Clients erase their own copies when they next connect.',
      'It cannot be undone. You get a signed receipt.',
    ],
    fields: html`${faultSummary(faults)}${hidden('person', person)}${field({ name: 'again', label: 'The id of the person, once more', fault, isRequired: true, isWide: true })}`,
    action: `${PATH}/erase`,
    yes: 'Erase this person',
    back: PATH,
  });
}

async function page(call: Call, faults: Faults): Promise<Page> {
  const requests = await rightsRequests(call.parts, call.admin.tenantId);
  return {
    kind: 'page',
    title: 'People',
    ...(Object.keys(faults).length === 0 ? {} : { status: 422 }),
    content: html`${faultSummary(faults)}
<p class="lead">Whoever was recorded has a right to what is held about them, and to have it erased. Both take your password again.</p>
<form method="get" action="${PATH}/choose" class="card form-card"><h2>A person asks</h2>
${field({ name: 'person', label: 'Id of the person', hint: 'As your backend has it: the end_user_id of their sessions.', fault: faults.person, isRequired: true, isWide: true, value: personOf(call) })}
<p class="actions"><button class="action action-go" name="right" value="access">Access: download everything</button>
<button class="action" name="right" value="erase">Erasure: remove everything</button></p></form>
<h2>Requests</h2>
${requests.length === 0 ? html`<p class="card empty">Nobody has asked yet.</p>` : requestTable(requests)}`,
  };
}

function requestTable(requests: readonly RightsRequest[]): Html {
  return table<RightsRequest>(
    { caption: 'Requests, newest first' },
    [
      {
        head: 'Request',
        isName: true,
        cell: ({ id }) => html`<a href="${PATH}/requests/${id}">${code(id)}</a>`,
      },
      { head: 'Right', cell: ({ kind }) => RIGHT[kind] },
      {
        head: 'Person',
        cell: ({ endUserId, kind }) =>
          endUserId === null ? (kind === 'erase' ? 'erased' : 'not held any more') : given(endUserId),
      },
      { head: 'Asked (UTC)', cell: ({ createdAt }) => moment(createdAt) },
      { head: 'State', cell: ({ status }) => STATE[status] },
      { head: 'Sessions', isNumber: true, cell: ({ sessions }) => String(sessions) },
      { head: 'Recordings', isNumber: true, cell: ({ recordings }) => String(recordings) },
    ],
    requests,
  );
}
