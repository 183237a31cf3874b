import { z } from 'zod';
import { errorEnvelope, success } from '../../contract/wire.ts';
import type { Route } from './route.ts';

type JsonSchema = { [name: string]: unknown };

const SECURITY: { readonly [A in Route['access']]: Record<string, string[]>[] } = {
  key: [{ apiKey: [] }],
  token: [{ clientToken: [] }],
  either: [{ apiKey: [] }, { clientToken: [] }],
  ticket: [],
  open: [],
};

/** The OpenAPI 3.1 document of a table of routes. */
export async function documentOf(table: readonly Route[], serverUrl: string): Promise<object> {
  // Loaded when first asked for: nothing else needs it, and it takes 15 MB.
  const { createRoute, OpenAPIHono } = await import('@hono/zod-openapi');
  const app = new OpenAPIHono();
  const registry = app.openAPIRegistry;
  registry.registerComponent(
    'securitySchemes',
    'apiKey',
    inHeader('API key, for your backend: tl_live_… or tl_test_…'),
  );
  registry.registerComponent(
    'securitySchemes',
    'clientToken',
    inHeader('Client token, for one session: st-…; each request with a DPoP proof (RFC 9449) in `dpop`'),
  );
  for (const route of table) registry.registerPath(createRoute(operationOf(route)));
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Tallylight media service', version: '1' },
    servers: [{ url: serverUrl }],
  });
}

function operationOf(route: Route) {
  const { method, path, summary, access, roles, params, query, headers, body, answer } = route;
  return {
    method,
    path,
    summary,
    ...(roles.length === 0 ? {} : { description: `API key with the role ${roles.join(' or ')}` }),
    security: SECURITY[access],
    request: {
      params,
      query,
      headers,
      ...(body === undefined ? {} : { body: { required: true, content: json(schemaOf(body, 'input')) } }),
    },
    responses: {
      200: {
        description: 'Done',
        content:
          typeof answer === 'string'
            ? { [answer]: { schema: { type: 'string' as const } } }
            : json(schemaOf(success(answer), 'output')),
      },
      default: { description: 'Refused', content: json(schemaOf(errorEnvelope, 'output')) },
    },
  };
}

function json(schema: JsonSchema) {
  return { 'application/json': { schema } };
}

function inHeader(description: string) {
  return { type: 'apiKey', in: 'header', name: 'x-access-token', description } as const;
}

/**
 * zod's own JSON Schema, which is what OpenAPI 3.1 uses. The only recursive type is "any JSON value"; its
 * local definition would not resolve inside the document, so it is written as the schema that allows anything.
 */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, $defs: __, ...document } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  const text = JSON.stringify(document, (_name, value) =>
    value !== null && typeof value === 'object' && String(value.$ref).startsWith('#/$defs/') ? {} : value,
  );
  return JSON.parse(text);
}
