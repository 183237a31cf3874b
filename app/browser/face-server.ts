import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { callMessage } from '../../contract/bridge/schema.ts';
import { fail } from '../../contract/result.ts';
import type { Capture, Log } from '../../main/host.ts';
import { door } from './door.ts';
import { servePage } from './pages.ts';

/** A call is small; anything larger is not one of ours. */
const MAX_MESSAGE_BYTES = 64 * 1024;
/** Snapshots a face has not read yet; beyond it the face gets the next one instead of all of them. */
const MAX_WAITING_BYTES = 256 * 1024;

/** How long a face may take to say goodbye. */
const GOODBYE_MS = 500;

/** The renderer and the bridge on loopback. */
export type FaceServer = {
  /** Address to open, with a ticket that works once. */
  readonly link: () => string;
  readonly origin: string;
  /** How many faces are connected now. */
  readonly faces: () => number;
  readonly onFaces: (listener: (count: number) => void) => void;
  readonly close: () => Promise<void>;
};

/** `port` 0 takes a free one. Binds to loopback only. */
export async function serveFace(
  capture: Capture,
  rendererDir: string,
  port: number,
  log: Log,
): Promise<FaceServer> {
  const http = createServer();
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, '127.0.0.1', resolve);
  });
  const bound = (http.address() as AddressInfo).port;
  const entrance = door(bound);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  const listeners: ((count: number) => void)[] = [];
  const told = () => {
    for (const listener of listeners) listener(sockets.clients.size);
  };

  http.on('request', (request, response) => {
    servePage(entrance, capture.media, rendererDir, bound, request, response).catch((error: unknown) => {
      log('page.bug', { cause: String(error) });
      response.destroy();
    });
  });
  http.on('upgrade', (request, socket, head) => {
    if (request.url !== '/bridge' || !entrance.mayCall(request)) {
      log('bridge.stranger');
      // Node takes its own listener off before this event; a stranger that hangs up must not end the recording.
      socket.on('error', (error) => log('bridge.broken', { cause: error.message }));
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (face) => {
      talk(face, capture, log);
      told();
      face.on('close', told);
    });
  });

  return {
    origin: `http://127.0.0.1:${bound}`,
    link: () => `http://127.0.0.1:${bound}/enter?ticket=${entrance.ticket()}`,
    faces: () => sockets.clients.size,
    onFaces: (listener) => void listeners.push(listener),
    close: async () => {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      for (const face of sockets.clients) face.close(1001);
      http.closeAllConnections();
      // A page that hangs does not answer; ws itself would wait 30 s for it.
      const patience = setTimeout(() => {
        for (const face of sockets.clients) face.terminate();
      }, GOODBYE_MS);
      await closed;
      clearTimeout(patience);
    },
  };
}

/** One face: snapshots out, calls in. */
function talk(face: WebSocket, capture: Capture, log: Log): void {
  const say = (message: object) => face.send(JSON.stringify(message));
  const unsubscribe = capture.onSnapshot((snapshot) => {
    if (face.bufferedAmount < MAX_WAITING_BYTES) say({ kind: 'snapshot', snapshot });
  });
  face.on('close', unsubscribe);
  face.on('error', (error) => log('bridge.broken', { cause: error.message }));
  face.on('message', async (data) => {
    const message = callMessage.safeParse(parsed(String(data)));
    if (!message.success) {
      say({ kind: 'reply', id: -1, result: fail('bad-request', 'not a call') });
      return;
    }
    const { id, name, request } = message.data;
    say({ kind: 'reply', id, result: await capture.call(name, request) });
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
