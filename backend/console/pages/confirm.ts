import { REMEDIES } from '../../../contract/errors.ts';
import type { TallylightError } from '../../../contract/result.ts';
import { ok } from '../../../contract/result.ts';
import { confirm } from '../../access/admins.ts';
import { pathWithin } from '../guard.ts';
import type { Call, ConsoleRoute, Page } from '../page.ts';
import { csrfField, field, hidden } from '../parts/fields.ts';
import { given, html, NOTHING } from '../parts/html.ts';
import { refusedWords, trouble } from '../parts/layout.ts';

const PATH = '/console/confirm';

/** Asks for the password again, and leads back to where that was needed. */
export const CONFIRM_ROUTES: readonly ConsoleRoute[] = [
  {
    method: 'get',
    path: PATH,
    needs: 'admin',
    does: null,
    section: 'account',
    handle: async (call) => ok(page(call, call.query.get('to'))),
  },
  {
    method: 'post',
    path: PATH,
    needs: 'admin',
    does: null,
    section: 'account',
    async handle(call) {
      const { parts, admin, pass, address, form } = call;
      const confirmed = await confirm(parts, { admin, pass }, form.get('password') ?? '', address);
      const to = form.get('to');
      return confirmed.ok ? ok({ kind: 'go', to: pathWithin(to) }) : ok(page(call, to, confirmed.error));
    },
  },
];

function page({ admin, pass }: Call, to: string | null, refused?: TallylightError): Page {
  return {
    kind: 'page',
    title: 'Your password, please',
    status: refused === undefined ? 200 : REMEDIES[refused.code].http,
    content: html`<p class="lead">What comes next takes the password again. It is then not asked for during five minutes.</p>
<form method="post" action="${PATH}" class="card form-card">${csrfField(pass.csrf)}${hidden('to', pathWithin(to))}
${refused === undefined ? NOTHING : trouble(refusedWords(refused))}
<p>Signed in as ${given(admin.name)}</p>
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', isRequired: true, isWide: true })}
<p class="actions"><button class="action action-go">Go on</button> <a class="quiet" href="/console/sessions">Leave it</a></p></form>`,
  };
}
