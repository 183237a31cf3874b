import { z } from 'zod';
import { fail, ok, type Result } from '../../contract/result.ts';
import { jsonRoute, type Route } from '../http/route.ts';
import type { Parts } from '../parts.ts';
import type { CollectionRecord, Realm } from '../store/records.ts';
import { FIRST_COLLECTION } from '../store/trust-tables.ts';

const collection = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  is_public: z.boolean(),
});

export const collectionId = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'small letters, digits, _ and -');
export const inCollection = z.object({ c: collectionId });

/** A collection of the caller's tenant. Error: `collection-unknown`. */
export async function collectionFor(
  parts: Parts,
  { tenantId }: Pick<Realm, 'tenantId'>,
  id: string,
): Promise<Result<CollectionRecord>> {
  const found = await parts.store.collection(tenantId, id);
  return found === undefined ? fail('collection-unknown', id) : ok(found);
}

export const COLLECTION_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'get',
    path: '/collection',
    access: 'key',
    roles: ['capture', 'read', 'admin'],
    does: 'collection.list',
    summary: 'The collections',
    answer: z.object({ collections: z.array(collection), default_collection: z.string() }),
    async handle({ parts, caller }) {
      const found = await parts.store.collections(caller.tenantId);
      return ok({ collections: found.map(viewOf), default_collection: FIRST_COLLECTION });
    },
  }),
  jsonRoute({
    method: 'post',
    path: '/collection',
    access: 'key',
    roles: ['admin'],
    isShared: true,
    does: 'collection.create',
    summary: 'Make a collection, which has a policy of its own',
    body: z.object({
      id: collectionId,
      name: z.string().min(1).max(200),
      description: z.string().max(1000).default(''),
    }),
    answer: collection,
    async handle({ parts, caller, body, about }) {
      about.object = body.id;
      const made = { ...body, tenantId: caller.tenantId, createdAt: Math.floor(parts.clock() / 1000) };
      return (await parts.store.addCollection(made))
        ? ok(viewOf(made))
        : fail('not-now', `${body.id} is there`);
    },
  }),
  jsonRoute({
    method: 'get',
    path: '/collection/{c}',
    access: 'key',
    roles: ['capture', 'read', 'admin'],
    does: 'collection.read',
    summary: 'One collection',
    params: inCollection,
    answer: collection,
    async handle({ parts, caller, params }) {
      const found = await collectionFor(parts, caller, params.c);
      return found.ok ? ok(viewOf(found.value)) : found;
    },
  }),
];

function viewOf({ id, name, description }: Pick<CollectionRecord, 'id' | 'name' | 'description'>) {
  return { id, name, description, is_public: false };
}
