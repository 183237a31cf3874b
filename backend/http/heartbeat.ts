import type { WebSocket, WebSocketServer } from 'ws';

export const HEARTBEAT_MS = 30_000;

/**
 * Answers a beat, to be called every `HEARTBEAT_MS`: it pings every socket, and drops those that have not
 * answered the ping before. A peer that vanished without a word would otherwise keep its buffer for ever.
 */
export function heartOf(sockets: WebSocketServer): () => void {
  const silent = new WeakSet<WebSocket>();
  sockets.on('connection', (socket) => socket.on('pong', () => silent.delete(socket)));
  return () => {
    for (const socket of sockets.clients) {
      if (silent.has(socket)) {
        socket.terminate();
        continue;
      }
      silent.add(socket);
      socket.ping();
    }
  };
}
