import { fail, ok, type Result } from '../../../contract/result.ts';
import { deleteCollection } from '../../rights/delete-collection.ts';
import { collectionFor, collectionId } from '../../routes/collections.ts';
import type { CollectionRecord } from '../../store/records.ts';
import { FIRST_COLLECTION } from '../../store/trust-tables.ts';
import type { Call, ConsoleRoute, Page } from '../page.ts';
import { csrfField, type Faults, faultSummary, field } from '../parts/fields.ts';
import { code, given, html } from '../parts/html.ts';
import { notice } from '../parts/layout.ts';
import { question } from '../parts/question.ts';
import { table } from '../parts/table.ts';

const PATH = '/console/collections';

const DONE: { readonly [what: string]: string } = {
  made: 'The collection was made. Until you set a policy for it, the one that comes with the service is in force.',
  deleted: 'The collection was deleted, with everything that was recorded in it.',
};

export const COLLECTION_ROUTES: readonly ConsoleRoute[] = [
  {
    method: 'get',
    path: PATH,
    needs: 'admin',
    does: 'collection.list',
    section: 'collections',
    handle: async (call) => ok(await page(call, {}, {})),
  },
  {
    method: 'post',
    path: PATH,
    needs: 'admin',
    does: 'collection.create',
    section: 'collections',
    async handle(call) {
      const { parts, admin, form } = call;
      const [id, name] = [form.get('id')?.trim() ?? '', form.get('name')?.trim() ?? ''];
      const description = form.get('description')?.trim() ?? '';
      const faults: { [field: string]: string } = {};
      if (!collectionId.safeParse(id).success)
        faults.id = 'An id is small letters, digits, _ and -, 64 at most, and begins with a letter or digit.';
      if (name === '' || name.length > 200) faults.name = 'A name has from 1 to 200 letters.';
      if (description.length > 1000) faults.description = 'A description has 1000 letters at most.';
      const written = { id, name, description };
      if (Object.keys(faults).length > 0) return ok(await page(call, written, faults));
      const createdAt = Math.floor(parts.clock() / 1000);
      const isNew = await parts.store.addCollection({ ...written, tenantId: admin.tenantId, createdAt });
      if (!isNew) return ok(await page(call, written, { id: `There is a collection ${id} already.` }));
      call.about.object = id;
      return ok({ kind: 'go', to: `${PATH}?done=made` });
    },
  },
  {
    method: 'get',
    path: `${PATH}/:c/delete`,
    needs: 'admin',
    does: null,
    section: 'collections',
    async handle(call) {
      const found = await deletable(call);
      if (!found.ok) return found;
      const { id, name } = found.value;
      const { parts, admin } = call;
      const filter = { tenantId: admin.tenantId, environment: null, collectionId: id, limit: 1000 };
      const { length } = await parts.store.sessions(filter);
      return ok(
        question(call, {
          title: 'Delete this collection?',
          says: [
            html`The collection ${given(name)} ${code(id)} goes, with all versions of its policy.`,
            `All sessions in it go, of both environments: ${length === 1000 ? '1000 or more' : length} at present, with everything that was recorded in them.`,
            'Their keys are destroyed first, so nobody can open them again. A backup of the database from before still holds the wrapped keys.',
            'It cannot be undone.',
          ],
          action: `${PATH}/${id}/delete`,
          yes: 'Delete the collection',
          back: PATH,
        }),
      );
    },
  },
  {
    method: 'post',
    path: `${PATH}/:c/delete`,
    needs: 'admin',
    does: 'collection.delete',
    section: 'collections',
    async handle(call) {
      const found = await deletable(call);
      if (!found.ok) return found;
      const of = { tenantId: call.admin.tenantId, collectionId: found.value.id };
      const deleted = await deleteCollection(call.parts, of);
      return deleted.ok ? ok({ kind: 'go', to: `${PATH}?done=deleted` }) : deleted;
    },
  },
];

async function deletable({ parts, admin, params }: Call): Promise<Result<CollectionRecord>> {
  const id = params.c ?? '';
  return id === FIRST_COLLECTION
    ? fail('not-now', 'the first collection stays')
    : collectionFor(parts, admin, id);
}

type Written = { readonly id?: string; readonly name?: string; readonly description?: string };

async function page(call: Call, written: Written, faults: Faults): Promise<Page> {
  const { parts, admin, pass, query } = call;
  const collections = await parts.store.collections(admin.tenantId);
  const of = (name: keyof Written) => ({ name, value: written[name] ?? '', fault: faults[name] });
  return {
    kind: 'page',
    title: 'Collections',
    ...(Object.keys(faults).length === 0 ? {} : { status: 422 }),
    content: html`${notice(DONE[query.get('done') ?? ''])}${faultSummary(faults)}
${table<CollectionRecord>(
  { caption: 'Collections' },
  [
    { head: 'Name', isName: true, cell: ({ name }) => given(name) },
    { head: 'Id', cell: ({ id }) => code(id) },
    { head: 'About', cell: ({ description }) => given(description) },
    {
      head: 'Policy',
      cell: ({ id, name }) =>
        html`<a href="/console/policy/${id}">Policy<span class="unseen"> of ${name}</span></a>`,
    },
    {
      head: 'To do',
      cell: ({ id, name }) =>
        id === FIRST_COLLECTION
          ? html`<span class="hint">The first one stays</span>`
          : html`<a href="${PATH}/${id}/delete">Delete<span class="unseen"> ${name}</span></a>`,
    },
  ],
  collections,
)}
<form method="post" action="${PATH}" class="card form-card">${csrfField(pass.csrf)}<h2>Make a collection</h2>
<p class="hint">Sessions of a collection obey its policy.</p>
${field({ ...of('name'), label: 'Name', isRequired: true, isWide: true })}
${field({ ...of('id'), label: 'Id', hint: 'Your backend names it in addresses: small letters, digits, _ and -.', isRequired: true })}
${field({ ...of('description'), label: 'About', isWide: true })}
<button class="action action-go">Make it</button></form>`,
  };
}
