import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { type Config, configFrom } from './config.ts';
import { yourBackend } from './your-backend.ts';

/** Serves your backend on loopback; the address is in the answer. */
export async function startYourBackend(config: Config, now?: () => number) {
  const { app, lastEvents } = yourBackend(config, () => config.callbackUrl ?? `${url}/webhook`, now);
  const server = createServer(getRequestListener(app.fetch));
  await new Promise<void>((resolve) => server.listen(config.port ?? 0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, lastEvents, close: () => new Promise<void>((resolve) => void server.close(() => resolve())) };
}

if (import.meta.main) {
  const { url } = await startYourBackend(configFrom(process.env));
  process.stdout.write(`${JSON.stringify({ url })}\n`);
}
