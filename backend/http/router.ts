import { Hono } from 'hono';
import { errorOf } from '../../contract/result.ts';
import { causeOf } from '../log.ts';
import type { Parts } from '../parts.ts';
import { ERROR_CODE_HEADER, refused } from './envelope.ts';
import type { Route } from './route.ts';

/** Serves the routes of a table, and logs one line per request. There is no other way in. */
export function routerOf(parts: Parts, table: readonly Route[]): Hono {
  const app = new Hono();
  for (const route of table) {
    const pattern = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    app.on(route.method, pattern, (context) =>
      logged(parts, context.req.method, route.path, async () => {
        try {
          return { response: await route.respond(parts, context) };
        } catch (error) {
          return { response: refused(errorOf('internal')), cause: causeOf(error) };
        }
      }),
    );
  }
  app.notFound((context) =>
    logged(parts, context.req.method, '-', async () => ({
      response: refused(errorOf('bad-request', 'there is no such route'), 404),
    })),
  );
  return app;
}

type Outcome = { readonly response: Response; readonly cause?: string };

/** Answers with what `work` does, and logs the one line of it. */
export async function logged(
  parts: Parts,
  method: string,
  route: string,
  work: () => Promise<Outcome>,
): Promise<Response> {
  const startedAt = performance.now();
  const { response, cause } = await work();
  // Ours and not the machine's: a client corrects by it the times it proves possession with.
  response.headers.set('date', new Date(parts.clock()).toUTCString());
  const errorCode = response.headers.get(ERROR_CODE_HEADER);
  parts.log({
    at: new Date(parts.clock()).toISOString(),
    type: 'request',
    method,
    route,
    status: response.status,
    ms: Math.round(performance.now() - startedAt),
    ...(errorCode === null ? {} : { error_code: errorCode }),
    ...(cause === undefined ? {} : { cause }),
  });
  return response;
}
