import { z } from 'zod';
import { fail, ok, type Result } from '../../../contract/result.ts';
import { keyName } from '../../access/keys.ts';
import {
  addKey,
  DEFAULT_OVERLAP_SECONDS,
  LONGEST_OVERLAP_SECONDS,
  revokeKey,
  rotateKey,
} from '../../access/manage-keys.ts';
import { ENVIRONMENTS, type KeyRecord, ROLES, type Role } from '../../store/records.ts';
import type { Call, ConsoleRoute, Page } from '../page.ts';
import { checks, csrfField, type Faults, faultSummary, field, radios, select } from '../parts/fields.ts';
import { code, given, html } from '../parts/html.ts';
import { notice } from '../parts/layout.ts';
import { question } from '../parts/question.ts';
import { secretPage, shownOnce } from '../parts/secret.ts';
import { table } from '../parts/table.ts';
import { moment } from '../parts/words.ts';

const PATH = '/console/keys';
const guarded = { needs: 'password', section: 'keys', from: () => PATH } as const;

const DONE: { readonly [what: string]: string } = {
  revoked: 'The key is refused from now on. Its tokens are dead and its sockets are closed.',
};

/** Keys are managed only with the password just given. */
export const KEY_ROUTES: readonly ConsoleRoute[] = [
  {
    ...guarded,
    method: 'get',
    path: PATH,
    does: 'key.list',
    handle: async (call) => ok(await page(call, {}, {})),
  },
  {
    ...guarded,
    method: 'post',
    path: PATH,
    does: 'key.create',
    async handle(call) {
      const { parts, admin, form } = call;
      const written = {
        name: form.get('name')?.trim() ?? '',
        environment: form.get('environment') ?? '',
        roles: form.getAll('roles'),
      };
      const read = wish.safeParse(written);
      if (!read.success) return ok(await page(call, written, faultsOf(read.error)));
      if ((await parts.store.keys(admin.tenantId)).length === 0)
        return fail(
          'not-now',
          'the first key is made on the machine itself: `tallylight backend key create`',
        );
      const { key, record } = await addKey(parts, { ...read.data, tenantId: admin.tenantId });
      call.about.object = record.id;
      call.about.reason = `${record.environment} ${record.roles.join(' ')}`;
      return ok({ kind: 'go', to: await shownOnce(call, `${PATH}/made`, key) });
    },
  },
  {
    ...guarded,
    method: 'get',
    path: `${PATH}/made`,
    does: null,
    handle: async (call) =>
      ok(
        await secretPage(call, {
          title: 'The new key',
          about: html`<p>It belongs to your backend, in an environment variable or a secret store; never on a client and never on a command line.</p>`,
          label: 'API key',
          lost: 'Rotate the key to get another in its place, or revoke it.',
          back: PATH,
        }),
      ),
  },
  {
    ...guarded,
    method: 'get',
    path: `${PATH}/:id/rotate`,
    does: null,
    async handle(call) {
      const found = await keyIn(call);
      if (!found.ok) return found;
      const { id, name, prefix } = found.value;
      return ok(
        question(call, {
          title: 'Rotate this key?',
          says: [
            html`A new key like ${given(name)} ${code(`${prefix}…`)} is made and shown once.`,
            'The old one goes on for as long as you choose, so that your backend can change over.',
          ],
          fields: select({
            name: 'overlap',
            legend: 'The old key is refused',
            chosen: String(DEFAULT_OVERLAP_SECONDS),
            options: OVERLAPS,
          }),
          action: `${PATH}/${id}/rotate`,
          yes: 'Rotate the key',
          back: PATH,
        }),
      );
    },
  },
  {
    ...guarded,
    method: 'post',
    path: `${PATH}/:id/rotate`,
    does: 'key.rotate',
    async handle(call) {
      const { parts, admin, params, form } = call;
      const overlap = z.coerce
        .number()
        .int()
        .min(0)
        .max(LONGEST_OVERLAP_SECONDS)
        .safeParse(form.get('overlap'));
      if (!overlap.success) return fail('bad-request', 'the old key lives on for at most 30 days');
      const made = await rotateKey(parts, admin.tenantId, params.id ?? '', overlap.data);
      if (!made.ok) return made;
      call.about.reason = `by ${made.value.record.id} after ${overlap.data} s`;
      return ok({ kind: 'go', to: await shownOnce(call, `${PATH}/made`, made.value.key) });
    },
  },
  {
    ...guarded,
    method: 'get',
    path: `${PATH}/:id/revoke`,
    does: null,
    async handle(call) {
      const found = await keyIn(call);
      if (!found.ok) return found;
      const { id, name, prefix } = found.value;
      return ok(
        question(call, {
          title: 'Revoke this key?',
          says: [
            html`The key ${given(name)} ${code(`${prefix}…`)} is refused from the next request on.`,
            'The client tokens that it gave out die with it, and the sockets it opened are closed.',
            'Recordings that are under way with them deliver nothing more, until your backend gives out new tokens with another key.',
          ],
          action: `${PATH}/${id}/revoke`,
          yes: 'Revoke the key',
          back: PATH,
        }),
      );
    },
  },
  {
    ...guarded,
    method: 'post',
    path: `${PATH}/:id/revoke`,
    does: 'key.revoke',
    async handle({ parts, admin, params }) {
      const revoked = await revokeKey(parts, admin.tenantId, params.id ?? '');
      return revoked.ok ? ok({ kind: 'go', to: `${PATH}?done=revoked` }) : revoked;
    },
  },
];

const OVERLAPS = [
  { value: '0', label: 'at once' },
  { value: '3600', label: 'in an hour' },
  { value: String(DEFAULT_OVERLAP_SECONDS), label: 'in a day' },
  { value: String(7 * 86_400), label: 'in a week' },
  { value: String(LONGEST_OVERLAP_SECONDS), label: 'in 30 days' },
];

const ROLE_WORDS: { readonly [R in Role]: string } = {
  capture: 'Makes sessions and client tokens, sees the sessions',
  read: 'Plays and downloads what was recorded, listens to live channels',
  admin: 'Policy, deletion, audit and the rights of the recorded; no media',
  operate:
    'Where copies of what is recorded from then on go, and sending them: whoever may read there reads them. Opens no recording here, sees no people',
};

const wish = z.object({
  name: keyName,
  environment: z.enum(ENVIRONMENTS),
  roles: z.array(z.enum(ROLES)).min(1),
});

const FAULTS: { readonly [field: string]: string } = {
  name: 'Give it a name of 1 to 100 letters, so that you know it again.',
  environment: 'Choose an environment.',
  roles: 'Choose at least one role.',
};

function faultsOf(error: z.ZodError): Faults {
  const names = error.issues.map(({ path }) => String(path[0]));
  return Object.fromEntries(
    names.map((name) => [name, FAULTS[name] ?? 'This is not of the form that is expected.']),
  );
}

/** Error: `key-unknown`. */
async function keyIn({ parts, admin, params }: Call): Promise<Result<KeyRecord>> {
  const found = (await parts.store.keys(admin.tenantId)).find(({ id }) => id === params.id);
  return found === undefined ? fail('key-unknown', params.id ?? '') : ok(found);
}

type Written = { readonly name?: string; readonly environment?: string; readonly roles?: readonly string[] };

async function page(call: Call, written: Written, faults: Faults): Promise<Page> {
  const { parts, admin, pass, query } = call;
  const keys = await parts.store.keys(admin.tenantId);
  const now = parts.clock() / 1000;
  return {
    kind: 'page',
    title: 'Keys',
    ...(Object.keys(faults).length === 0 ? {} : { status: 422 }),
    content: html`${notice(DONE[query.get('done') ?? ''])}${faultSummary(faults)}
<p class="lead">API keys are for your backends. Only a digest of each is kept; the beginning is there to tell them apart.</p>
${table<KeyRecord>(
  { caption: 'API keys' },
  [
    { head: 'Name', isName: true, cell: ({ name }) => given(name) },
    { head: 'Begins with', cell: ({ prefix }) => code(`${prefix}…`) },
    { head: 'Environment', cell: ({ environment }) => environment },
    { head: 'Roles', cell: ({ roles }) => roles.join(', ') },
    {
      head: 'Last used (UTC)',
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'never' : moment(lastUsedAt)),
    },
    {
      head: 'Ends (UTC)',
      cell: ({ expiresAt }) =>
        expiresAt === null
          ? 'no end'
          : expiresAt <= now
            ? html`<span class="badge badge-warn">Ended</span>`
            : moment(expiresAt),
    },
    {
      head: 'To do',
      cell: ({ id, name, expiresAt }) => {
        const about = html`<span class="unseen"> ${name}</span>`;
        const revoke = html`<a href="${PATH}/${id}/revoke">Revoke${about}</a>`;
        return expiresAt !== null && expiresAt <= now
          ? revoke
          : html`<span class="todo"><a href="${PATH}/${id}/rotate">Rotate${about}</a>${revoke}</span>`;
      },
    },
  ],
  keys,
)}
<form method="post" action="${PATH}" class="card form-card">${csrfField(pass.csrf)}<h2>Make a key</h2>
${field({ name: 'name', label: 'Name', value: written.name ?? '', fault: faults.name, isRequired: true, isWide: true })}
${radios({
  name: 'environment',
  legend: 'Environment',
  hint: 'A key sees only the sessions of its own.',
  chosen: [written.environment ?? 'production'],
  fault: faults.environment,
  isRow: true,
  options: ENVIRONMENTS.map((value) => ({ value, label: value })),
})}
${checks({
  name: 'roles',
  legend: 'Roles',
  hint: 'As few as it needs. None includes another.',
  chosen: written.roles ?? [],
  fault: faults.roles,
  options: ROLES.map((value) => ({ value, label: value, hint: ROLE_WORDS[value] })),
})}
<button class="action action-go">Make the key</button></form>`,
  };
}
