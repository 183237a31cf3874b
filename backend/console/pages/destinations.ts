import { z } from 'zod';
import { fail, ok, type Result } from '../../../contract/result.ts';
import { DESTINATION_KINDS, type DestinationKind } from '../../destinations/destination.ts';
import { removeDestination, setDestination } from '../../redundancy/destinations.ts';
import { inWords } from '../../redundancy/places.ts';
import { tryDestination } from '../../redundancy/try-destination.ts';
import { collectionFor, collectionId } from '../../routes/collections.ts';
import { type DestinationOf, type DestinationRecord, ENVIRONMENTS } from '../../store/records.ts';
import { type Asked, CREDENTIAL_FIELDS, KIND_WORDS, PLACE_FIELDS, readForm } from '../destination-form.ts';
import type { Call, ConsoleRoute, Page } from '../page.ts';
import {
  checks,
  csrfField,
  type Faults,
  faultSummary,
  field,
  radios,
  select,
  textarea,
} from '../parts/fields.ts';
import { code, given, type Html, html } from '../parts/html.ts';
import { notice } from '../parts/layout.ts';
import { question } from '../parts/question.ts';
import { table } from '../parts/table.ts';
import { momentUtc } from '../parts/words.ts';

const PATH = '/console/copies/destinations';
const guarded = { needs: 'password', section: 'copies', from: () => PATH } as const;

const DONE: { readonly [what: string]: string } = {
  set: 'Recordings that are finished from now on are copied there. Try it out to see whether it takes them.',
  removed: 'Nothing is copied there any more, and its credentials are gone. What arrived there stays there.',
  works: 'It took a small object, confirmed it and let go of it.',
};

const kindIn = z.enum(DESTINATION_KINDS);

/** Whoever says where recordings go could have them go anywhere, so that it takes the password. */
export const DESTINATION_ROUTES: readonly ConsoleRoute[] = [
  {
    method: 'get',
    path: PATH,
    needs: 'admin',
    does: 'destination.read',
    section: 'copies',
    handle: async (call) => ok(await listPage(call)),
  },
  {
    ...guarded,
    method: 'get',
    path: `${PATH}/set/:kind`,
    does: null,
    async handle(call) {
      const kind = kindIn.safeParse(call.params.kind);
      return kind.success ? ok(await formPage(call, kind.data, {})) : fail('bad-request', 'no such kind');
    },
  },
  {
    ...guarded,
    method: 'post',
    path: `${PATH}/set/:kind`,
    does: 'destination.set',
    async handle(call) {
      const { parts, form } = call;
      const kind = kindIn.safeParse(call.params.kind);
      const of = await named(call, form);
      if (!kind.success) return fail('bad-request', 'no such kind');
      if (!of.ok) return of;
      const read = readForm(kind.data, form);
      if ('faults' in read) return ok(await formPage(call, kind.data, read.faults));
      const set = await setDestination(parts, of.value, { ...read, keepBackup: form.has('keep') });
      if (!set.ok) {
        const { code: failure, message, action, detail } = set.error;
        const at = failure === 'destination-forbidden' ? PLACE_FIELDS : CREDENTIAL_FIELDS;
        const where = failure === 'destination-forbidden' ? /^(endpoint|host)$/ : /./;
        const name = at[kind.data].find((asked) => where.test(asked.name))?.name ?? 'collection';
        const words = `${message} ${action}${detail === undefined ? '' : ` (${detail})`}`;
        return ok(await formPage(call, kind.data, { [name]: words }));
      }
      call.about.object = of.value.collectionId;
      call.about.reason = `${of.value.environment} ${inWords(read.place)}`.slice(0, 500);
      return ok({ kind: 'go', to: `${PATH}?done=set` });
    },
  },
  {
    method: 'post',
    path: `${PATH}/:c/:environment/test`,
    needs: 'admin',
    does: 'destination.test',
    section: 'copies',
    async handle(call) {
      const found = await destinationIn(call);
      if (!found.ok) return found;
      const tried = await tryDestination(call.parts, found.value);
      return tried.ok ? ok({ kind: 'go', to: `${PATH}?done=works` }) : tried;
    },
  },
  {
    method: 'get',
    path: `${PATH}/:c/:environment/remove`,
    needs: 'admin',
    does: null,
    section: 'copies',
    async handle(call) {
      const found = await destinationIn(call);
      if (!found.ok) return found;
      const { collectionId: c, environment, place } = found.value;
      return ok(
        question(call, {
          title: 'Remove this destination?',
          says: [
            html`Recordings of ${code(c)} in ${environment} are not copied to ${given(inWords(place))} any more.`,
            'Its credentials are forgotten.',
            'What arrived there stays there. What did not stays here, with its second copy.',
          ],
          action: `${PATH}/${c}/${environment}/remove`,
          yes: 'Remove the destination',
          back: PATH,
        }),
      );
    },
  },
  {
    method: 'post',
    path: `${PATH}/:c/:environment/remove`,
    needs: 'admin',
    does: 'destination.remove',
    section: 'copies',
    async handle(call) {
      const found = await destinationIn(call);
      const removed = found.ok ? await removeDestination(call.parts, found.value) : found;
      return removed.ok ? ok({ kind: 'go', to: `${PATH}?done=removed` }) : removed;
    },
  },
];

/** Errors: `bad-request`, `collection-unknown`. */
async function named({ parts, admin }: Call, form: URLSearchParams): Promise<Result<DestinationOf>> {
  const id = collectionId.safeParse(form.get('collection'));
  const environment = z.enum(ENVIRONMENTS).safeParse(form.get('environment'));
  if (!id.success || !environment.success) return fail('bad-request', 'a collection and an environment');
  const found = await collectionFor(parts, admin, id.data);
  return found.ok
    ? ok({ tenantId: admin.tenantId, collectionId: id.data, environment: environment.data })
    : found;
}

/** Error: `destination-unset`. */
async function destinationIn({ parts, admin, params }: Call): Promise<Result<DestinationRecord>> {
  const of = (await parts.store.destinations(admin.tenantId)).find(
    (each) => each.collectionId === params.c && each.environment === params.environment,
  );
  return of === undefined ? fail('destination-unset', params.c) : ok(of);
}

async function listPage({ parts, admin, pass, query }: Call): Promise<Page> {
  const destinations = await parts.store.destinations(admin.tenantId);
  return {
    kind: 'page',
    title: 'Destinations of copies',
    content: html`${notice(DONE[query.get('done') ?? ''])}
<p class="lead">Finished recordings of a collection are copied there, as files that any player opens. Credentials are sealed and never shown again.</p>
${destinations.length === 0 ? html`<p class="card empty">None: second copies stay here.</p>` : destinationTable(destinations, pass.csrf)}
<section class="card form-card" aria-labelledby="set"><h2 id="set">Set a destination</h2>
<p class="hint">It takes the place of what its collection has in that environment.</p>
<ul class="says">${DESTINATION_KINDS.map((kind) => html`<li><a href="${PATH}/set/${kind}">${KIND_WORDS[kind]}</a></li>`)}</ul></section>
<p><a href="/console/copies">Copies</a></p>`,
  };
}

function destinationTable(destinations: readonly DestinationRecord[], csrf: string): Html {
  return table<DestinationRecord>(
    { caption: 'Destinations' },
    [
      { head: 'Collection', isName: true, cell: ({ collectionId: c }) => code(c) },
      { head: 'Environment', cell: ({ environment }) => environment },
      { head: 'Where to', cell: ({ place }) => given(inWords(place)) },
      { head: 'Second copy here', cell: ({ keepBackup }) => (keepBackup ? 'stays' : 'goes once it arrived') },
      { head: 'Credentials', cell: ({ credentialsAt }) => html`set ${momentUtc(credentialsAt)}` },
      {
        head: 'To do',
        cell: ({ collectionId: c, environment }) => {
          const about = html`<span class="unseen"> the destination of ${c} in ${environment}</span>`;
          return html`<span class="todo"><form method="post" action="${PATH}/${c}/${environment}/test">${csrfField(csrf)}<button class="quiet">Try out${about}</button></form><a href="${PATH}/${c}/${environment}/remove">Remove${about}</a></span>`;
        },
      },
    ],
    destinations,
  );
}

async function formPage(call: Call, kind: DestinationKind, faults: Faults): Promise<Page> {
  const { parts, admin, pass, form } = call;
  const collections = await parts.store.collections(admin.tenantId);
  const isNew = [...form.keys()].length === 0;
  return {
    kind: 'page',
    title: `A destination: ${KIND_WORDS[kind]}`,
    ...(Object.keys(faults).length === 0 ? {} : { status: 422 }),
    content: html`${faultSummary(faults)}
<form method="post" action="${PATH}/set/${kind}" class="card form-card">${csrfField(pass.csrf)}
${select({
  ...{ name: 'collection', legend: 'Collection', chosen: form.get('collection') ?? 'default' },
  options: collections.map(({ id, name }) => ({ value: id, label: name })),
})}
${radios({
  ...{ name: 'environment', legend: 'Environment', isRow: true },
  chosen: [form.get('environment') ?? 'production'],
  options: ENVIRONMENTS.map((value) => ({ value, label: value })),
})}
<h2>Where to</h2>
${PLACE_FIELDS[kind].map((asked) => input(asked, form.get(asked.name) ?? '', faults))}
<h2>Credentials</h2>
<p class="hint">They are sealed at once and used by the process that sends. Nobody sees them again, you neither.</p>
${CREDENTIAL_FIELDS[kind].map((asked) => input({ ...asked, isSecret: true }, '', faults))}
${checks({
  ...{ name: 'keep', legend: 'Second copy here' },
  chosen: isNew || form.has('keep') ? ['yes'] : [],
  options: [{ value: 'yes', label: 'It stays here after the recording arrived there' }],
})}
<p class="actions"><button class="action action-go">Copy recordings there</button> <a class="quiet" href="${PATH}">Leave it as it is</a></p></form>`,
  };
}

/** What was secret is not written back into a page, also where it was wrong. */
function input(
  { isSecret = false, ...asked }: Asked & { isSecret?: boolean },
  value: string,
  faults: Faults,
): Html {
  const { name, label, as, isRequired = false } = asked;
  const said = { name, label, isRequired, value, fault: faults[name], isWide: true };
  const about = asked.hint === undefined ? {} : { hint: asked.hint };
  if (as === 'flag')
    return checks({
      ...{ name, legend: 'Style', chosen: value === '' ? [] : ['yes'] },
      options: [{ value: 'yes', label }],
    });
  if (as === 'lines') return textarea({ ...said, ...about, rows: 6 });
  const type = isSecret && name !== 'username' ? 'password' : as === 'number' ? 'number' : 'text';
  return field({ ...said, ...about, type, ...(type === 'password' ? { autocomplete: 'new-password' } : {}) });
}
