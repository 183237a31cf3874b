import type { Policy } from '../../../contract/policy.ts';
import { ok } from '../../../contract/result.ts';
import { setPolicy } from '../../policy/set.ts';
import { collectionFor } from '../../routes/collections.ts';
import type { CollectionRecord } from '../../store/records.ts';
import type { Call, ConsoleRoute, Page } from '../page.ts';
import { csrfField, hidden } from '../parts/fields.ts';
import { given, type Html, html, NOTHING } from '../parts/html.ts';
import { type PolicyFields, policyIn, sentFields } from '../policy-form.ts';
import { changesOf, meaningOf, type NewPolicy } from '../policy-words.ts';
import { underWayIn } from '../under-way.ts';
import { editor } from './policy.ts';

const PATH = '/console/policy/:c';

/** A new policy is put into force only from the page that says what it means. */
export const POLICY_REVIEW_ROUTES: readonly ConsoleRoute[] = [
  {
    method: 'post',
    path: `${PATH}/review`,
    needs: 'admin',
    does: null,
    section: 'policy',
    async handle(call) {
      const found = await collectionFor(call.parts, call.admin, call.params.c ?? '');
      if (!found.ok) return found;
      const fields = sentFields(call.form);
      const read = policyIn(fields);
      if ('faults' in read) return ok(editor(call, { name: found.value.name, fields, faults: read.faults }));
      return ok(await review(call, found.value, fields, read.policy));
    },
  },
  {
    // A reload of the review after signing in again.
    method: 'get',
    path: `${PATH}/review`,
    needs: 'admin',
    does: null,
    section: 'policy',
    handle: async ({ params }) => ok({ kind: 'go', to: `/console/policy/${params.c ?? ''}` }),
  },
  {
    method: 'post',
    path: PATH,
    needs: 'admin',
    does: 'policy.change',
    section: 'policy',
    async handle(call) {
      const { parts, admin, form } = call;
      const found = await collectionFor(parts, admin, call.params.c ?? '');
      if (!found.ok) return found;
      const fields = sentFields(form);
      const read = policyIn(fields);
      if ('faults' in read) return ok(editor(call, { name: found.value.name, fields, faults: read.faults }));
      const inForce = await inForceIn(call, found.value);
      if (form.get('against') !== String(inForce.version))
        return ok(await review(call, found.value, fields, read.policy, OVERTAKEN));
      const of = { tenantId: admin.tenantId, collectionId: found.value.id };
      const set = await setPolicy(parts, of, read.policy, `admin:${admin.id}`);
      call.about.reason = `version ${set.version}`;
      return ok({ kind: 'go', to: `/console/policy/${found.value.id}?done=changed` });
    },
  },
];

const OVERTAKEN = html`<div class="note note-wrong" role="alert"><p class="note-message">Nothing was changed: somebody else put another version into force meanwhile.</p><p>Below is what yours changes now. Put it into force if that is still right.</p></div>`;

async function inForceIn({ parts, admin }: Call, { id }: CollectionRecord): Promise<Policy> {
  return (await parts.policies.inForce({ tenantId: admin.tenantId, collectionId: id })).policy;
}

async function review(
  call: Call,
  collection: CollectionRecord,
  fields: PolicyFields,
  wanted: NewPolicy,
  overtaken?: Html,
): Promise<Page> {
  const { parts, admin, pass } = call;
  const inForce = await inForceIn(call, collection);
  const now = await underWayIn(parts, { tenantId: admin.tenantId, collectionId: collection.id }, wanted);
  const changes = changesOf(inForce, wanted, now);
  const path = `/console/policy/${collection.id}`;
  const carried = html`${csrfField(pass.csrf)}${Object.entries(fields).map(([name, value]) => hidden(name, value))}`;
  return {
    kind: 'page',
    title: `Review the policy of ${collection.name}`,
    ...(overtaken === undefined ? {} : { status: 409 }),
    content: html`${overtaken ?? NOTHING}
<section class="card version" aria-labelledby="changes"><h2 id="changes">What changes against version ${inForce.version}</h2>
${changes.length === 0 ? html`<p>Nothing: this is what is in force.</p>` : html`<ul class="says says-strong">${changes.map((each) => html`<li>${given(each)}</li>`)}</ul>`}</section>
<section class="card version" aria-labelledby="meaning"><h2 id="meaning">What it means</h2>
<ul class="says">${meaningOf(wanted).map((each) => html`<li>${given(each)}</li>`)}</ul></section>
<div class="actions">${
      changes.length === 0
        ? NOTHING
        : html`<form method="post" action="${path}">${carried}${hidden('against', String(inForce.version))}<button class="action action-go">Put into force</button></form>`
    }
<form method="post" action="${path}/edit">${carried}<button class="action">Change it further</button></form>
<a class="quiet" href="${path}">Leave it as it is</a></div>`,
  };
}
