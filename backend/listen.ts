import type { Server } from 'node:http';
import { createAdaptorServer, type WebSocketServerLike } from '@hono/node-server';
import { WebSocketServer } from 'ws';
import { fail, ok, type Result } from '../contract/result.ts';

export type Listener = { readonly server: Server; readonly sockets: WebSocketServer };

/** An HTTP/1.1 server that does not listen yet, and its WebSockets. */
export function serverOver(fetch: (request: Request) => Response | Promise<Response>): Listener {
  // Subscribers only listen: nothing they send is of any size.
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 4096 });
  const server = createAdaptorServer({
    fetch,
    websocket: { server: sockets as WebSocketServerLike },
    // Any other offer, such as h2c, is not taken up: the request is answered as what it is.
    serverOptions: {
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
  });
  if (!isPlainHttp(server)) throw new TypeError('the adaptor made no HTTP/1.1 server');
  return { server, sockets };
}

function isPlainHttp(server: object): server is Server {
  return 'closeAllConnections' in server;
}

/** Listens, and answers at which address. Error: `usage`. */
export function listening(server: Server, host: string, port: number): Promise<Result<string>> {
  return new Promise((resolve) => {
    const refuse = (error: Error) => resolve(fail('usage', error.message));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      const address = server.address();
      const actual = typeof address === 'object' && address !== null ? address.port : port;
      resolve(ok(`http://${host.includes(':') ? `[${host}]` : host}:${actual}`));
    });
  });
}

const PATIENCE_MS = 5000;

/** Lets requests under way finish for so long, then closes everything. */
export function closed({ server, sockets }: Listener): Promise<void> {
  return new Promise((resolve) => {
    const impatient = setTimeout(() => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
    }, PATIENCE_MS);
    server.close(() => {
      clearTimeout(impatient);
      resolve();
    });
    server.closeIdleConnections();
    for (const socket of sockets.clients) socket.close(1001);
  });
}
