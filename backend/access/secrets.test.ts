import { expect, test } from 'vitest';
import type { TokenGrant } from '../../contract/wire.ts';
import { createKey, ROLES } from '../main.ts';
import { createTenant } from '../manage.ts';
import { ROUTES } from '../routes/table.ts';
import { adminOf, confirmedCall, PASSWORD } from '../trial/admin.ts';
import { SOME_CLIENT } from '../trial/client.ts';
import { requestOf } from '../trial/examples.ts';
import { filesOf } from '../trial/held.ts';
import { recorded } from '../trial/recorded.ts';
import { call, shownBy } from '../trial/recorder.ts';
import { must, type Trial, trial } from '../trial/service.ts';

type Entries = { readonly entries: readonly Record<string, string>[] };

async function auditOf(service: Trial, key = service.key): Promise<Entries['entries']> {
  return (await call<Entries>(service, 'GET', '/audit?limit=1000', key)).data.entries;
}

test('[P47] [P42] no answer, log line, audit entry or file holds a secret, wherever one is put', async () => {
  const service = await trial();
  await adminOf(service);
  const credentials = { name: 'ada', password: PASSWORD };
  const confirm = () =>
    call<{ confirmation: string }>(service, 'POST', '/user/confirm', service.key, credentials);
  const { confirmation } = (await confirm()).data;
  const wish = { name: 'x', environment: 'production', roles: ['capture'] };
  const made = await confirmedCall<{ key: string }>(
    service,
    confirmation,
    ['POST', '/user/api_key'],
    service.key,
    wish,
  );
  const hook = await call<{ secret: string }>(service, 'POST', '/webhook/secret', service.key);
  const own = await recorded(service, service.key, { endUserId: 'ada' });
  const address = '/collection/default/websocket';
  const socket = await call<{ websocket_url: string }>(service, 'GET', address, service.key);
  const renewed = await call<TokenGrant>(service, 'POST', '/capture/session/token', made.data.key, {
    session_id: own.session.id,
  });
  // Each of them was shown once, as an answer to whoever may have it.
  const secrets = {
    key: service.key,
    made: made.data.key,
    token: own.token,
    other: renewed.data.token,
    ticket: new URL(socket.data.websocket_url).searchParams.get('ticket') ?? 'none',
    hook: hook.data.secret,
    confirmation,
    password: PASSWORD,
    proof: (await shownBy(SOME_CLIENT, service, 'GET', '/healthz', own.token)).dpop ?? 'none',
  };

  const answers: string[] = [];
  /** Those that show one make a new one for it, which is no secret of the list. */
  const strays = Object.values(secrets).filter((secret) => secret !== secrets.proof);
  for (const route of ROUTES) {
    if (route.path === '/user/{end_user_id}/data' || route.path === '/webhook/secret') continue;
    for (const stray of strays) {
      const { path, ...request } = requestOf(route, stray, confirmation);
      for (const secret of [service.key, own.token]) {
        const shown = await shownBy(SOME_CLIENT, service, request.method, path, secret);
        const stray_ = { 'x-stray': stray, cookie: `x=${stray}`, authorization: `Bearer ${stray}` };
        const headers = { ...request.headers, ...stray_, ...shown };
        const response = await fetch(`${service.url}${path}?stray=${encodeURIComponent(stray)}`, {
          ...request,
          headers,
        });
        // Whoever asks is told what they asked for, and nothing else of it.
        answers.push((await response.text()).replaceAll(stray, '').replaceAll(encodeURIComponent(stray), ''));
      }
    }
  }
  const audit = JSON.stringify(await auditOf(service));
  const log = JSON.stringify(service.log);
  expect(answers.length).toBeGreaterThan(500);
  expect(service.log.length).toBeGreaterThan(answers.length);
  const files = Buffer.concat([...filesOf(service.dataDir).values()]);
  for (const [name, secret] of Object.entries(secrets)) {
    // The prefix is no secret, and the end is the shortest that would give it away.
    const telling = secret.slice(-24);
    for (const [where, text] of Object.entries({ answers: answers.join('\n'), audit, log }))
      expect([name, where, text.includes(telling)]).toEqual([name, where, false]);
    expect([name, 'files', files.includes(telling)]).toEqual([name, 'files', false]);
  }
}, 60_000);

test('[P29] whoever is refused is named in the log of their own tenant, as far as that is certain', async () => {
  const service = await trial();
  const where = { dataDir: service.dataDir, variables: {} };
  must(await createTenant(where, 'other', 'Other'));
  const made = (name: string, roles: typeof ROLES | ['read']) =>
    createKey({ ...where, name, tenant: 'other', roles }).then(must);
  const [all, reader] = [await made('all', ROLES), await made('reader', ['read'])];
  const { token } = await recorded(service, all.key, { endUserId: 'ada', until: 'started' });
  await call(service, 'GET', '/audit', reader.key);
  await fetch(`${service.url}/capture/session/token/renew`, {
    method: 'POST',
    headers: { 'x-access-token': token },
  });
  await call(service, 'GET', '/policy', token);
  await call(service, 'GET', '/policy', 'tl_nobody');
  const refused = (entries: Entries['entries']) =>
    entries
      .filter(({ outcome }) => outcome === 'refused')
      .map(({ actor, action, reason }) => [actor, action, reason?.split(' ')[0]]);
  expect(refused(await auditOf(service, all.key))).toEqual([
    [`key:${reader.id}`, 'audit.read', 'role-missing'],
    ['nobody', 'token.renew', 'proof-refused'],
    ['nobody', 'policy.read', 'out-of-scope'],
  ]);
  expect(refused(await auditOf(service))).toEqual([['nobody', 'policy.read', 'not-authorised']]);
});
