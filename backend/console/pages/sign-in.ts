import type { Context } from 'hono';
import { REMEDIES } from '../../../contract/errors.ts';
import type { TallylightError } from '../../../contract/result.ts';
import { signIn, signOut } from '../../access/admins.ts';
import { addressOf } from '../../http/address.ts';
import type { Parts } from '../../parts.ts';
import { pageOf, to } from '../answers.ts';
import { formOf, hasCsrf, isFromHere, passCookie, passIn, pathWithin } from '../guard.ts';
import { field, hidden } from '../parts/fields.ts';
import { html, NOTHING } from '../parts/html.ts';
import { alone, refusedWords, trouble } from '../parts/layout.ts';
import { signedInBy } from '../signed-in.ts';

type OpenRoute = {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly respond: (parts: Parts, context: Context) => Promise<Response>;
};

const SIGN_IN = '/console/sign-in';

/** Where to sign in, and from there on to a page of the console. */
export function signInPath(wanted: string | null): string {
  return wanted === null ? SIGN_IN : `${SIGN_IN}?to=${encodeURIComponent(pathWithin(wanted))}`;
}

/** What is there for those who are not signed in. */
export const SIGN_IN_ROUTES: readonly OpenRoute[] = [
  {
    method: 'get',
    path: SIGN_IN,
    async respond(parts, context) {
      if ((await signedInBy(parts, context, false)) !== undefined) return to('/console/sessions');
      return page(parts, { wanted: context.req.query('to') ?? null });
    },
  },
  {
    method: 'post',
    path: SIGN_IN,
    async respond(parts, context) {
      const form = isFromHere(parts, context) ? await formOf(context) : undefined;
      if (form?.ok !== true) return page(parts, { wanted: null, refused: ELSEWHERE, status: 403 });
      const [name, password] = [form.value.get('name') ?? '', form.value.get('password') ?? ''];
      const wanted = form.value.get('to');
      const address = addressOf(context, parts.behindProxy);
      const signedIn = await signIn(parts, { name, password, address });
      if (!signedIn.ok)
        return page(parts, {
          ...{ wanted, name, refused: refusedWords(signedIn.error) },
          status: REMEDIES[signedIn.error.code].http,
        });
      // A pass from before must not live on beside the new one.
      const before = passIn(parts, context);
      if (before !== undefined) await signOut(parts, before);
      const response = to(pathWithin(wanted));
      response.headers.set('set-cookie', passCookie(parts, signedIn.value.pass));
      return response;
    },
  },
  {
    method: 'post',
    path: '/console/sign-out',
    async respond(parts, context) {
      const pass = passIn(parts, context);
      const signedIn = await signedInBy(parts, context, false);
      const form = isFromHere(parts, context) ? await formOf(context) : undefined;
      if (pass === undefined || signedIn === undefined) return to(SIGN_IN);
      if (form?.ok !== true || !hasCsrf(form.value, signedIn.pass))
        return page(parts, { wanted: null, refused: ELSEWHERE, status: 403 });
      await signOut(parts, pass);
      const response = to(SIGN_IN);
      response.headers.set('set-cookie', passCookie(parts, ''));
      return response;
    },
  },
];

type Refused = Pick<TallylightError, 'code' | 'message' | 'action' | 'retryable'>;
const ELSEWHERE: Refused = {
  code: 'bad-request',
  message: 'That was not sent from this page.',
  action:
    'Try again here. Where the console is reached through another address, TALLYLIGHT_PUBLIC_URL has to say so.',
  retryable: false,
};

type Shown = {
  readonly wanted: string | null;
  readonly name?: string;
  readonly refused?: Refused;
  readonly status?: number;
};

async function page(parts: Parts, { wanted, name = '', refused, status }: Shown): Promise<Response> {
  const title = refused === undefined ? 'Sign in' : 'Not signed in';
  const form = html`<form method="post" action="${SIGN_IN}" class="card form-card">
${refused === undefined ? NOTHING : trouble(refused)}
${wanted === null ? NOTHING : hidden('to', pathWithin(wanted))}
${field({ name: 'name', label: 'Name', value: name, autocomplete: 'username', isRequired: true, isWide: true })}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', isRequired: true, isWide: true })}
<button class="action action-go">Sign in</button></form>`;
  return pageOf(alone(title, (await hasAdmins(parts)) ? form : NOBODY_YET), status);
}

const NOBODY_YET = html`<div class="card form-card"><p>Nobody can sign in yet. Make the first admin on the machine that the media service runs on:</p>
<p><code class="command">tallylight backend admin create --name NAME</code></p>
<p class="hint">It asks for a password. Then open this page again.</p></div>`;

async function hasAdmins({ store }: Parts): Promise<boolean> {
  for (const { id } of await store.tenants()) if ((await store.admins(id)).length > 0) return true;
  return false;
}
