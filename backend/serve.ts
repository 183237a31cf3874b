import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { createAdaptorServer, type WebSocketServerLike } from '@hono/node-server';
import { WebSocketServer } from 'ws';
import { fail, ok, type Result } from '../contract/result.ts';
import { newTickets } from './access/tickets.ts';
import { blobsOnDisk } from './blobs/disk.ts';
import { openKeyring } from './blobs/keys.ts';
import { HEARTBEAT_MS, heartOf } from './http/heartbeat.ts';
import { routerOf } from './http/router.ts';
import { newLive } from './live/hub.ts';
import { claim } from './lock.ts';
import { faultOf, type Log } from './log.ts';
import type { Parts } from './parts.ts';
import { ROUTES } from './routes/table.ts';
import { newEvents } from './session/events.ts';
import { recover } from './session/recover.ts';
import { openStore, type StoreConfig } from './store/open.ts';
import { newTurns } from './turns.ts';

export type ServiceConfig = StoreConfig & {
  /** 0 takes a free one. */
  readonly port: number;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** The admin's word that TLS is terminated in front of the service; without it only loopback is served. */
  readonly behindTlsProxy?: boolean;
  /** Where clients reach the service, if that is not where it listens. */
  readonly publicUrl?: string;
  /** Unix time in milliseconds. */
  readonly clock?: () => number;
  readonly log?: Log;
};

export type Service = {
  readonly url: string;
  /** Lets requests under way finish for up to five seconds, then closes everything. */
  readonly close: () => Promise<void>;
};

/**
 * Starts the media service. Errors: `insecure-address`, `data-in-use`, `vault-damaged` where the master key is
 * not the one of the store, `usage` where it cannot listen there. Throws where the database does not answer.
 */
export async function startService(config: ServiceConfig): Promise<Result<Service>> {
  const { host = '127.0.0.1', port, dataDir, clock = Date.now, log = () => undefined } = config;
  if (!isLoopback(host) && config.behindTlsProxy !== true)
    return fail('insecure-address', `${host} can be reached from other machines without TLS`);
  const made = await mkdir(dataDir, { recursive: true, mode: 0o700 }).then(
    () => ok(undefined),
    (error: NodeJS.ErrnoException) => fail('vault-unwritable', `${dataDir} (${error.code})`),
  );
  if (!made.ok) return made;
  const claimed = claim(dataDir);
  if (!claimed.ok) return claimed;
  const undo: (() => unknown)[] = [claimed.value];
  const close = async () => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  try {
    const store = await openStore(config);
    undo.push(() => store.close());
    const keyring = await openKeyring(dataDir, store);
    if (!keyring.ok) {
      await close();
      return keyring;
    }
    const blobs = blobsOnDisk(join(dataDir, 'blobs'));
    let url = '';
    const parts: Parts = {
      store,
      blobs,
      keyring: keyring.value,
      live: newLive(),
      events: newEvents(),
      tickets: newTickets(),
      turns: newTurns(),
      passedOn: new Map(),
      clock,
      log,
      publicUrl: () => config.publicUrl ?? url,
    };
    // Subscribers only listen: nothing they send is of any size.
    const sockets = new WebSocketServer({ noServer: true, maxPayload: 4096 });
    const beating = setInterval(heartOf(sockets), HEARTBEAT_MS);
    undo.push(() => clearInterval(beating));
    const server = createAdaptorServer({
      fetch: routerOf(parts, ROUTES).fetch,
      websocket: { server: sockets as WebSocketServerLike },
    });
    if (!isPlainHttp(server)) throw new TypeError('the adaptor made no HTTP/1.1 server');
    const listened = await listening(server, host, port);
    if (!listened.ok) {
      await close();
      return listened;
    }
    url = listened.value;
    // In the background: a long recording takes seconds to read through.
    const recovered = recover(parts).catch((error) => log(faultOf(error, clock())));
    undo.push(() => recovered);
    undo.push(() => closed(server, sockets));
    return ok({ url, close });
  } catch (error) {
    await close();
    throw error;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function isPlainHttp(server: object): server is Server {
  return 'closeAllConnections' in server;
}

function listening(server: Server, host: string, port: number): Promise<Result<string>> {
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

function closed(server: Server, sockets: WebSocketServer): Promise<void> {
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
