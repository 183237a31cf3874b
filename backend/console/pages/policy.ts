import { CHANNEL_KINDS } from '../../../contract/channel.ts';
import { CHANNEL_RULES, type ChannelRule } from '../../../contract/policy.ts';
import { ok } from '../../../contract/result.ts';
import { collectionFor } from '../../routes/collections.ts';
import { FIRST_COLLECTION } from '../../store/trust-tables.ts';
import type { Call, ConsoleRoute, Page } from '../page.ts';
import { csrfField, type Faults, faultSummary, field, radios, textarea } from '../parts/fields.ts';
import { given, type Html, html, NOTHING } from '../parts/html.ts';
import { notice } from '../parts/layout.ts';
import { table } from '../parts/table.ts';
import { moment } from '../parts/words.ts';
import { fieldsOf, type PolicyFields, sentFields } from '../policy-form.ts';
import { KINDS, meaningOf } from '../policy-words.ts';

const PATH = '/console/policy';

const DONE: { readonly [what: string]: string } = {
  changed: 'The new policy is in force. Clients obey it from their next request on, within 5 seconds.',
};

export const POLICY_ROUTES: readonly ConsoleRoute[] = [
  {
    method: 'get',
    path: PATH,
    needs: 'admin',
    does: null,
    section: 'policy',
    async handle({ parts, admin }) {
      const collections = await parts.store.collections(admin.tenantId);
      if (collections.length === 1)
        return ok({ kind: 'go', to: `${PATH}/${collections[0]?.id ?? FIRST_COLLECTION}` });
      const rows = await Promise.all(
        collections.map(async ({ id, name }) => {
          const of = { tenantId: admin.tenantId, collectionId: id };
          return { id, name, policy: (await parts.policies.inForce(of)).policy };
        }),
      );
      return ok({
        kind: 'page',
        title: 'Policy',
        content: html`<p class="lead">Each collection has a policy of its own. It says what may be recorded, what is kept and for how long.</p>
${table(
  { caption: 'Policies by collection' },
  [
    {
      head: 'Collection',
      isName: true,
      cell: ({ id, name }) => html`<a href="${PATH}/${id}">${given(name)}</a>`,
    },
    { head: 'Version', isNumber: true, cell: ({ policy }) => String(policy.version) },
    ...CHANNEL_KINDS.map((kind) => ({
      head: KINDS[kind].name,
      cell: ({ policy }: (typeof rows)[number]) => RULE_NAMES[policy.channels[kind]],
    })),
    {
      head: 'Kept',
      cell: ({ policy }) =>
        policy.retentionDays === null ? 'until deleted' : `${policy.retentionDays} days`,
    },
  ],
  rows,
)}`,
      });
    },
  },
  {
    method: 'get',
    path: `${PATH}/:c`,
    needs: 'admin',
    does: 'policy.read',
    section: 'policy',
    async handle(call) {
      const { parts, admin, params, query } = call;
      const found = await collectionFor(parts, admin, params.c ?? '');
      if (!found.ok) return found;
      const { policy } = await parts.policies.inForce({
        tenantId: admin.tenantId,
        collectionId: found.value.id,
      });
      return ok(
        editor(call, {
          name: found.value.name,
          fields: fieldsOf(policy),
          done: DONE[query.get('done') ?? ''],
          before: html`<section class="card in-force" aria-labelledby="in-force"><h2 id="in-force">In force: version ${policy.version}</h2>
<ul class="says">${meaningOf(policy).map((each) => html`<li>${given(each)}</li>`)}</ul>
<p><a href="${PATH}/${found.value.id}/history">All versions</a></p></section>`,
        }),
      );
    },
  },
  {
    method: 'post',
    path: `${PATH}/:c/edit`,
    needs: 'admin',
    does: null,
    section: 'policy',
    async handle(call) {
      const found = await collectionFor(call.parts, call.admin, call.params.c ?? '');
      return found.ok ? ok(editor(call, { name: found.value.name, fields: sentFields(call.form) })) : found;
    },
  },
  {
    method: 'get',
    path: `${PATH}/:c/history`,
    needs: 'admin',
    does: 'policy.read',
    section: 'policy',
    async handle({ parts, admin, params }) {
      const found = await collectionFor(parts, admin, params.c ?? '');
      if (!found.ok) return found;
      const versions = await parts.store.policies({ tenantId: admin.tenantId, collectionId: found.value.id });
      return ok({
        kind: 'page',
        title: `Versions of the policy of ${found.value.name}`,
        content: html`<p class="lead">Each version stays as it was. A recording obeys the strictest of the one it began under and the one in force.</p>
${
  versions.length === 0
    ? html`<p class="card empty">None was set yet: the policy that comes with the service is in force.</p>`
    : versions.map(
        ({
          policy,
          createdAt,
          createdBy,
        }) => html`<section class="card version"><h2>Version ${policy.version}</h2>
<p class="hint">${moment(createdAt)} UTC, by ${given(createdBy)}</p><ul class="says">${meaningOf(policy).map((each) => html`<li>${given(each)}</li>`)}</ul></section>`,
      )
}<p><a href="${PATH}/${found.value.id}">Back to the policy</a></p>`,
      });
    },
  },
];

const RULE_NAMES: { readonly [R in ChannelRule]: string } = {
  forbidden: 'Forbidden',
  ephemeral: 'Always live only',
  choose: 'Person chooses',
  stored: 'Always kept',
};

type Edited = {
  readonly name: string;
  readonly fields: PolicyFields;
  readonly faults?: Faults;
  readonly done?: string | undefined;
  readonly before?: Html;
};

/** The form of a policy; what is wrong with what was written stands at its fields. */
export function editor(
  { params, pass }: Call,
  { name, fields, faults = {}, done, before = NOTHING }: Edited,
): Page {
  const of = (field: string) => ({ name: field, value: fields[field] ?? '', fault: faults[field] });
  const chosen = (field: string) => ({ name: field, chosen: [fields[field] ?? ''], fault: faults[field] });
  return {
    kind: 'page',
    title: `Policy of ${name}`,
    ...(Object.keys(faults).length === 0 ? {} : { status: 422 }),
    content: html`${notice(done)}${faultSummary(faults)}<div class="${before === NOTHING ? 'one' : 'two'}">${before}
<form method="post" action="${PATH}/${params.c ?? ''}/review" class="card policy-form">${csrfField(pass.csrf)}
<h2>Change it</h2>
${CHANNEL_KINDS.map((kind) =>
  radios({
    ...chosen(kind),
    legend: KINDS[kind].name,
    isRow: true,
    options: CHANNEL_RULES.map((value) => ({ value, label: RULE_NAMES[value] })),
  }),
)}
${textarea({ ...of('purpose'), label: 'Purpose of the recording', hint: 'The person reads it before agreeing.', rows: 2 })}
${textarea({ ...of('recipients'), label: 'Who gets what is recorded', hint: 'One a line. The person reads it before agreeing.', rows: 2 })}
${field({ ...of('organisation'), label: 'Name of the organisation', isRequired: true, isWide: true })}
<div class="beside">${field({ ...of('retentionDays'), label: 'Days kept', hint: 'Empty: until deleted.', type: 'number' })}
${field({ ...of('maxSessionMinutes'), label: 'Longest session (minutes)', hint: 'Empty: no end.', type: 'number' })}
${field({ ...of('tokenMaxSeconds'), label: 'Life of a token (seconds)', hint: 'From 60 to 900.', type: 'number', isRequired: true })}</div>
${radios({
  ...chosen('localCopy'),
  legend: 'The encrypted copy on the person’s device',
  options: [
    { value: 'keep', label: 'Stays after delivery' },
    { value: 'purge-after-delivery', label: 'Is removed once all of it has arrived here' },
  ],
})}
${radios({
  ...chosen('pauseOnLock'),
  legend: 'When the screen is locked',
  options: [
    { value: 'no', label: 'The recording goes on' },
    { value: 'yes', label: 'The recording pauses' },
  ],
})}
${radios({
  ...chosen('bearerClients'),
  legend: 'Clients that cannot prove that a token is theirs',
  hint: 'The official SDK is one. A token stolen from such a client can be used until it expires.',
  options: [
    { value: 'no', label: 'May not record' },
    { value: 'yes', label: 'May record' },
  ],
})}
<p class="actions"><button class="action action-go">Review</button> <span class="hint">Nothing changes yet.</span></p></form></div>`,
  };
}
