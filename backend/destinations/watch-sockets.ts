import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { Fault } from './fault.ts';

const LOOK_EVERY_MS = 1000;

/**
 * Looks at every connection that any client of this process opens. One on which no byte moves for so long is dead, and
 * whoever waits for it is told; as long as bytes move, `onMoved` is called about once a second.
 */
export function watchSockets(idleMs: number, onMoved: () => void): void {
  const sockets = new Set<Socket>();
  let moved = 0;
  subscribe('net.client.socket', (message) => {
    const { socket } = message as { socket: Socket };
    sockets.add(socket);
    // SFTP asks and answers in small messages, which would wait for each other.
    socket.setNoDelay(true);
    socket.setTimeout(idleMs);
    // Node counts what is on its way out, too: a large piece on a slow link is no silence.
    socket.on('timeout', () => socket.destroy(new Fault('destination-unreachable', 'silence')));
    socket.once('close', () => sockets.delete(socket));
  });
  setInterval(() => {
    const now = [...sockets].reduce((sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten, 0);
    if (now !== moved) onMoved();
    moved = now;
  }, LOOK_EVERY_MS).unref();
}
