import type { ProcessEnv } from './host-env.ts';
import { parseDisplayName } from './x11-display.ts';
import { dial, readCookie } from './x11-handshake.ts';
import { screenFromSetup, setupBytes, setupRequest } from './x11-setup.ts';

const PATIENCE_MS = 1_000;
const REPLY_BYTES = 32;

/**
 * Where the pointer is on an X server, in pixels of its whole screen; null where it does not say. One request
 * over a connection of its own: no window, no grab, no pixel read.
 */
export async function askX11Pointer(env: ProcessEnv): Promise<{ x: number; y: number } | null> {
  const display = parseDisplayName(env.DISPLAY ?? '');
  if (display === undefined) return null;
  const setup = setupRequest(await readCookie(display, env));
  return new Promise((resolve) => {
    const socket = dial(display);
    let received = Buffer.alloc(0);
    let replyAt: number | undefined;
    const answer = (place: { x: number; y: number } | null) => {
      socket.destroy();
      resolve(place);
    };
    socket.setTimeout(PATIENCE_MS, () => answer(null));
    // Why it does not say is told by what lists the displays of the same server.
    socket.on('error', () => answer(null));
    socket.on('close', () => resolve(null));
    socket.on('connect', () => socket.write(setup));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (replyAt === undefined) {
        replyAt = setupBytes(received);
        if (replyAt === undefined) return;
        const screen = screenFromSetup(received, display.screen);
        if (typeof screen === 'string') return answer(null);
        socket.write(queryPointer(screen.root));
      } else if (received.length >= replyAt + REPLY_BYTES)
        answer(placeIn(received.subarray(replyAt, replyAt + REPLY_BYTES)));
    });
  });
}

/** The request QueryPointer (38) of the X11 protocol, in little-endian order. */
function queryPointer(window: number): Uint8Array {
  const request = Buffer.alloc(8);
  request.writeUInt8(38, 0);
  request.writeUInt16LE(2, 2);
  request.writeUInt32LE(window, 4);
  return request;
}

/** Its reply; null where it is an error, or the pointer is on another screen of the server. */
function placeIn(reply: Buffer): { x: number; y: number } | null {
  const [kind, isSameScreen] = reply;
  if (kind !== 1 || isSameScreen !== 1) return null;
  return { x: reply.readInt16LE(16), y: reply.readInt16LE(18) };
}
