import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { jsonRoute, type Route } from '../http/route.ts';

/** There is one collection; the API has the level so that there can be more. */
const DEFAULT = {
  id: 'default',
  name: 'Default',
  description: 'All recordings of this service',
  is_public: false,
} as const;

const collection = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  is_public: z.boolean(),
});

export const collectionId = z.literal(DEFAULT.id);
export const inCollection = z.object({ c: collectionId });

export const COLLECTION_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'get',
    path: '/collection',
    access: 'key',
    summary: 'The collections',
    answer: z.object({ collections: z.array(collection), default_collection: z.string() }),
    handle: async () => ok({ collections: [DEFAULT], default_collection: DEFAULT.id }),
  }),
  jsonRoute({
    method: 'get',
    path: '/collection/{c}',
    access: 'key',
    summary: 'One collection',
    params: inCollection,
    answer: collection,
    handle: async () => ok(DEFAULT),
  }),
];
