import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Route } from '../http/route.ts';
import { createKey, ROLES } from '../main.ts';
import { createAdmin, createTenant } from '../manage.ts';
import { ROUTES } from '../routes/table.ts';
import type { Environment } from '../store/records.ts';
import { SOME_CLIENT } from '../trial/client.ts';
import { counted } from '../trial/counted.ts';
import { EXAMPLES, type Kind, requestOf } from '../trial/examples.ts';
import { recorded } from '../trial/recorded.ts';
import { shownBy } from '../trial/recorder.ts';
import { must, type Trial, trial } from '../trial/service.ts';
import { newConfirmation } from './admins.ts';

const PASSWORD = 'correct horse battery staple';
const PREFIX: { readonly [K in Kind]: string } = {
  session: 'cap-',
  stream: 'rts-',
  video: 'vid-',
  key: 'key-',
  event: 'evt-',
};
const NAMING = new Map(
  ROUTES.flatMap((route) => {
    const name = `${route.method} ${route.path}`;
    return EXAMPLES[name]?.names === undefined ? [] : [[name, route]];
  }),
);

/** Ids of everything that somebody else has here: under way, and stopped with its videos. */
async function idsOf(service: Trial, tenant: string, environment: Environment): Promise<string[]> {
  const wish = { dataDir: service.dataDir, name: tenant, tenant, environment, roles: ROLES, variables: {} };
  const { key, id } = must(await createKey(wish));
  const stopped = await recorded(service, key, { endUserId: 'bob' });
  const running = await recorded(service, key, { endUserId: 'bob', until: 'delivered' });
  const created = await recorded(service, key, { endUserId: 'bob', until: 'created' });
  return [
    ...[stopped, running, created].flatMap(({ session, streams }) => [session.id, ...streams]),
    ...stopped.session.videos.map((video) => video.id),
    // The keys of one's own tenant may be managed from either environment, so they are no secret there.
    ...(tenant === 'default' ? [] : [id]),
  ];
}

test('[P35] what another tenant or environment has is answered, and looked up, as what does not exist', async () => {
  const service = await trial();
  const where = { dataDir: service.dataDir, variables: {} };
  must(await createTenant(where, 'other', 'Other'));
  must(await createAdmin(where, 'ada', PASSWORD));
  const foreign = [
    ...(await idsOf(service, 'other', 'production')),
    ...(await idsOf(service, 'default', 'development')),
  ];
  const own = await recorded(service, service.key, { endUserId: 'ada', until: 'started' });
  const { url, parts, ask } = await counted(service.dataDir, () => service.clock.now);
  const credentials = { name: 'ada', password: PASSWORD, address: '' };
  const { confirmation } = must(await newConfirmation(parts, 'default', credentials));

  const answerTo = async (route: Route, id: string) => {
    const request = requestOf(route, id, confirmation);
    const shown =
      route.access === 'token'
        ? await shownBy(SOME_CLIENT, { url, clock: service.clock }, request.method, request.path, own.token)
        : { 'x-access-token': service.key };
    const answer = await ask({ ...request, headers: { ...request.headers, ...shown } });
    // An answer says the id it was asked for.
    return { ...answer, text: answer.text.replaceAll(id, '<id>') };
  };
  const references = new Map<string, ReturnType<typeof answerTo>>();
  /** What the route answers to an id of this form that nothing has: a wrong form is refused, whether it exists or not. */
  const nowhere = (name: string, route: Route, id: string) => {
    const prefix = /^[a-z]+-/.exec(id)?.[0] ?? PREFIX[EXAMPLES[name]?.names ?? 'session'];
    const missing = prefix + 'x'.repeat(22);
    const reference = references.get(name + prefix) ?? answerTo(route, missing);
    references.set(name + prefix, reference);
    return reference;
  };
  const isHidden = async (name: string, route: Route, id: string) => {
    const there = await answerTo(route, id);
    expect({ name, id, ...there }).toEqual({ name, id, ...(await nowhere(name, route, id)) });
    expect([200, 400, 403, 404]).toContain(there.status);
    return there.status;
  };
  for (const [name, route] of NAMING) {
    const statuses = new Set<number>();
    for (const id of foreign) statuses.add(await isHidden(name, route, id));
    // At least one of them had the form that the route asks for.
    expect([name, [...statuses].some((status) => status !== 400)]).toEqual([name, true]);
  }

  const letters = fc.stringMatching(/^[A-Za-z0-9_-]{22}$/);
  const anyId = fc.tuple(fc.constantFrom(...Object.values(PREFIX), 'fam-', 'adm-', 'req-'), letters);
  // What somebody has, a letter beside it, and what nobody has: all look the same from here.
  const near = fc
    .tuple(fc.constantFrom(...foreign), fc.nat(21), fc.stringMatching(/^[A-Za-z0-9]$/))
    .map(([id, at, letter]) => `${id.slice(0, 4 + at)}${letter}${id.slice(5 + at)}`);
  const ids = fc.oneof(
    fc.constantFrom(...foreign),
    near,
    anyId.map(([prefix, id]) => prefix + id),
  );
  const anywhere = fc.asyncProperty(fc.constantFrom(...NAMING.keys()), ids, async (name, id) => {
    const route = NAMING.get(name);
    if (route !== undefined) await isHidden(name, route, id);
  });
  await fc.assert(anywhere, { numRuns: 150 });
}, 120_000);
