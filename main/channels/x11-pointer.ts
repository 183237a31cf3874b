import type { ProcessEnv } from './host-env.ts';
import type { DisplayName } from './x11-display.ts';
import { parseDisplayName } from './x11-display.ts';
import { dial, readCookie, setupRequest } from './x11-handshake.ts';

const PATIENCE_MS = 1_000;
const REPLY_BYTES = 32;
const padded = (length: number) => (length + 3) & ~3;

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
    let setupBytes: number | undefined;
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
      if (setupBytes === undefined) {
        if (received.length < 8 || received.length < 8 + received.readUInt16LE(6) * 4) return;
        setupBytes = 8 + received.readUInt16LE(6) * 4;
        const root = rootWindow(received, display);
        if (root === undefined) return answer(null);
        socket.write(queryPointer(root));
      } else if (received.length >= setupBytes + REPLY_BYTES)
        answer(placeIn(received.subarray(setupBytes, setupBytes + REPLY_BYTES)));
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

/** The root window of a screen in a whole setup reply (chapter 8, "Server response"). */
function rootWindow(reply: Buffer, { screen }: DisplayName): number | undefined {
  if (reply[0] !== 1) return undefined;
  let offset = 40 + padded(reply.readUInt16LE(24)) + reply.readUInt8(29) * 8;
  for (let index = 0; index < reply.readUInt8(28); index++) {
    if (offset + 40 > reply.length) return undefined;
    if (index === screen) return reply.readUInt32LE(offset);
    const depths = reply.readUInt8(offset + 39);
    offset += 40;
    for (let depth = 0; depth < depths; depth++) {
      if (offset + 8 > reply.length) return undefined;
      offset += 8 + reply.readUInt16LE(offset + 2) * 24;
    }
  }
  return undefined;
}
