import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

/**
 * The address a request comes from. Behind a proxy it is the last of X-Forwarded-For, which is the one that the proxy saw
 * itself: those before it are whatever the client wrote.
 */
export function addressOf(context: Context, behindProxy: boolean): string {
  const forwarded = behindProxy
    ? context.req.header('x-forwarded-for')?.split(',').at(-1)?.trim()
    : undefined;
  if (forwarded !== undefined && forwarded !== '') return forwarded;
  const { incoming }: Partial<HttpBindings> = context.env ?? {};
  return incoming?.socket.remoteAddress ?? '';
}
