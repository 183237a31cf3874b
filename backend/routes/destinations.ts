import { z } from 'zod';
import { fail, ok } from '../../contract/result.ts';
import { destinationPlace } from '../destinations/destination.ts';
import { jsonRoute, type Route } from '../http/route.ts';
import { removeDestination, setDestination } from '../redundancy/destinations.ts';
import { inWords } from '../redundancy/places.ts';
import { tryDestination } from '../redundancy/try-destination.ts';
import type { DestinationRecord, Realm } from '../store/records.ts';
import { collectionFor, inCollection } from './collections.ts';

/** Times are Unix seconds. Of the credentials it is told that they are there, and nothing of them. */
const view = z.object({
  place: destinationPlace,
  keep_backup: z.boolean(),
  credentials: z.object({ set: z.literal(true), updated_at: z.int() }),
  updated_at: z.int(),
});

function viewOf({ place, keepBackup, credentialsAt, updatedAt }: DestinationRecord): z.input<typeof view> {
  const credentials = { set: true as const, updated_at: credentialsAt };
  return { place, keep_backup: keepBackup, credentials, updated_at: updatedAt };
}

const PATH = '/collection/{c}/destination';
const guarded = { access: 'key', roles: ['admin', 'operate'], params: inCollection } as const;

function destinationOf({ tenantId, environment }: Realm, collectionId: string) {
  return { tenantId, environment, collectionId };
}

/** Where the recordings of a collection are copied to, those of the key's environment. */
export const DESTINATION_ROUTES: readonly Route[] = [
  jsonRoute({
    ...guarded,
    method: 'get',
    path: PATH,
    does: 'destination.read',
    summary: 'Where finished recordings are copied to; the credentials are not shown',
    answer: view,
    async handle({ parts, caller, params }) {
      const found = await collectionFor(parts, caller, params.c);
      if (!found.ok) return found;
      const destination = await parts.store.destination(destinationOf(caller, params.c));
      return destination === undefined ? fail('destination-unset', params.c) : ok(viewOf(destination));
    },
  }),
  jsonRoute({
    ...guarded,
    method: 'put',
    path: PATH,
    does: 'destination.set',
    summary: 'Copy finished recordings there; credentials are JSON in a string, and are never shown again',
    body: z.object({
      place: destinationPlace,
      /** Left out: those that are there, where the place is the same. */
      credentials: z.string().optional(),
      /** Whether the second copy here stays once the recording arrived there. */
      keep_backup: z.boolean().default(true),
    }),
    answer: view,
    async handle({ parts, caller, params, body, about }) {
      const found = await collectionFor(parts, caller, params.c);
      if (!found.ok) return found;
      const { place, credentials, keep_backup: keepBackup } = body;
      const wish = { place, keepBackup, credentials };
      const set = await setDestination(parts, destinationOf(caller, params.c), wish);
      if (!set.ok) return set;
      about.reason = `${caller.environment} ${inWords(place)}`.slice(0, 500);
      return ok(viewOf(set.value));
    },
  }),
  jsonRoute({
    ...guarded,
    method: 'delete',
    path: PATH,
    does: 'destination.remove',
    summary: 'Copy nothing there any more and forget its credentials; what arrived there stays there',
    answer: z.object({}),
    async handle({ parts, caller, params }) {
      const found = await collectionFor(parts, caller, params.c);
      if (!found.ok) return found;
      const removed = await removeDestination(parts, destinationOf(caller, params.c));
      return removed.ok ? ok({}) : removed;
    },
  }),
  jsonRoute({
    ...guarded,
    method: 'post',
    path: `${PATH}/test`,
    does: 'destination.test',
    summary: 'Whether it takes, confirms and lets go of a small object',
    answer: z.object({ confirmed_by: z.enum(['checksum', 'read-back']) }),
    async handle({ parts, caller, params, context }) {
      const found = await collectionFor(parts, caller, params.c);
      if (!found.ok) return found;
      const destination = await parts.store.destination(destinationOf(caller, params.c));
      if (destination === undefined) return fail('destination-unset', params.c);
      const tried = await tryDestination(parts, destination, context.req.raw.signal);
      return tried.ok ? ok({ confirmed_by: tried.value.by }) : tried;
    },
  }),
];
