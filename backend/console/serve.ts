import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { REMEDIES } from '../../contract/errors.ts';
import { errorOf, fail, type TallylightError } from '../../contract/result.ts';
import { isConfirmed } from '../access/admins.ts';
import { addressOf } from '../http/address.ts';
import { logged } from '../http/router.ts';
import { causeOf } from '../log.ts';
import type { Parts } from '../parts.ts';
import { pageOf, staticFile, to } from './answers.ts';
import { formOf, guardHeaders, hasCsrf, isFromHere, pathWithin } from './guard.ts';
import { concernedBy, noteDone } from './noted.ts';
import type { Answer, Call, ConsoleRoute } from './page.ts';
import { SIGN_IN_ROUTES, signInPath } from './pages/sign-in.ts';
import { html } from './parts/html.ts';
import { alone, laidOut, trouble } from './parts/layout.ts';
import { CONSOLE_ROUTES } from './routes.ts';
import { signedInBy } from './signed-in.ts';

/** Adds the admin console, everything under `/console`, to the routes of the service. */
export function serveConsole(app: Hono, parts: Parts): void {
  const serve = (method: 'get' | 'post', path: string, work: (context: Context) => Promise<Response>) =>
    app.on(method, path, (context) =>
      logged(parts, context.req.method, path.replaceAll(/:(\w+)/g, '{$1}'), async () => {
        try {
          return { response: guarded(parts, await work(context)) };
        } catch (error) {
          return { response: guarded(parts, broken(errorOf('internal'))), cause: causeOf(error) };
        }
      }),
    );
  for (const start of ['/console', '/console/']) serve('get', start, async () => to('/console/sessions'));
  serve('get', '/console/static/:name', async (context) => staticFile(context.req.param('name') ?? ''));
  for (const route of SIGN_IN_ROUTES)
    serve(route.method, route.path, (context) => route.respond(parts, context));
  for (const route of CONSOLE_ROUTES)
    serve(route.method, route.path, (context) => respond(parts, route, context));
  serve('get', '/console/*', async () =>
    pageOf(
      alone(
        'No such page',
        html`<p>The console has no page at this address. <a href="/console/sessions">Go to the sessions</a></p>`,
      ),
      404,
    ),
  );
}

async function respond(parts: Parts, route: ConsoleRoute, context: Context): Promise<Response> {
  const signedIn = await signedInBy(parts, context, route.path.endsWith('/light'));
  const asked = new URL(context.req.url);
  if (signedIn === undefined)
    return to(signInPath(route.method === 'get' ? `${asked.pathname}${asked.search}` : null));
  const { admin, pass } = signedIn;
  const address = addressOf(context, parts.behindProxy);
  const bindings: HttpBindings = context.env;
  const call: Call = {
    ...{ parts, admin, pass, address, params: context.req.param(), query: asked.searchParams, about: {} },
    form: new URLSearchParams(),
    breakOff: () => bindings.outgoing.destroy(),
  };
  if (route.method === 'get') return answer(route, call, asked);
  const form = isFromHere(parts, context)
    ? await formOf(context)
    : fail('bad-request', `it was sent from ${context.req.header('origin') ?? 'another site'}`);
  if (form.ok && hasCsrf(form.value, pass)) return answer(route, { ...call, form: form.value }, asked);
  const refusal = form.ok ? fail('bad-request', 'the form is not one of this sign-in') : form;
  await noteDone(call, route, null, refusal);
  return troubleOf(refusal.error, FORGED, route, call);
}

async function answer(route: ConsoleRoute, call: Call, asked: URL): Promise<Response> {
  const { parts, pass } = call;
  if (route.needs === 'password' && !isConfirmed(pass, parts.clock())) {
    const back = route.from?.(call) ?? `${asked.pathname}${asked.search}`;
    return to(`/console/confirm?to=${encodeURIComponent(pathWithin(back))}`);
  }
  const concerned = await concernedBy(call, route);
  const result = await route.handle(call).catch(async (error) => {
    await noteDone(call, route, concerned, fail('internal'));
    throw error;
  });
  await noteDone(call, route, concerned, result);
  return result.ok ? written(result.value, route, call) : troubleOf(result.error, {}, route, call);
}

async function written(given: Answer, { section }: ConsoleRoute, call: Call): Promise<Response> {
  switch (given.kind) {
    case 'page':
      return pageOf(laidOut(given, section, await seenBy(call)), given.status);
    case 'piece':
      return pageOf(given.content);
    case 'go':
      return to(given.to);
    case 'file': {
      const { name, type, body } = given;
      const headers = { 'content-type': type, 'content-disposition': `attachment; filename="${name}"` };
      return new Response(body, { headers });
    }
  }
}

type Words = { readonly message?: string; readonly action?: string };
const FORGED: Words = {
  message: 'Nothing was done: this form did not come from a page of this console that you are signed in to.',
  action:
    'Open the page again and repeat it. Where the console is reached through another address, TALLYLIGHT_PUBLIC_URL has to say so.',
};

async function troubleOf(
  error: TallylightError,
  words: Words,
  { section }: ConsoleRoute,
  call: Call,
): Promise<Response> {
  const { http } = REMEDIES[error.code];
  const title = http === 404 ? 'It is not there' : http >= 500 ? 'Something went wrong' : 'Nothing was done';
  const page = { kind: 'page' as const, title, content: trouble({ ...error, ...words }) };
  const status = words === FORGED ? 403 : http;
  return pageOf(laidOut(page, section, await seenBy(call)), status);
}

async function seenBy({ parts, admin, pass }: Call) {
  const tenant = await parts.store.tenant(admin.tenantId);
  if (tenant === undefined) throw new Error('an admin is of a tenant');
  return { admin, pass, tenant };
}

function broken(error: TallylightError): Response {
  const back = html`<p><a href="/console/sessions">Go to the sessions</a></p>`;
  return pageOf(alone('Something went wrong', html`${trouble(error)}${back}`), 500);
}

function guarded(parts: Parts, response: Response): Response {
  for (const [name, value] of Object.entries(guardHeaders(parts))) response.headers.set(name, value);
  return response;
}
