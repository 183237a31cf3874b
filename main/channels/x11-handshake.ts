import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Area } from '../../contract/channel.ts';
import type { ProcessEnv } from './host-env.ts';
import type { DisplayName, XCookie } from './x11-display.ts';
import { cookieFor } from './x11-display.ts';

const PATIENCE_MS = 3_000;
const padded = (length: number) => (length + 3) & ~3;

/** The connection setup request of the X11 protocol (chapter 8), in little-endian order. */
export function setupRequest(cookie: XCookie | undefined): Uint8Array {
  const name = Buffer.from(cookie?.name ?? '', 'latin1');
  const data = Buffer.from(cookie?.data ?? []);
  const request = Buffer.alloc(12 + padded(name.length) + padded(data.length));
  request.write('l', 0, 'latin1');
  request.writeUInt16LE(11, 2);
  request.writeUInt16LE(name.length, 6);
  request.writeUInt16LE(data.length, 8);
  name.copy(request, 12);
  data.copy(request, 12 + padded(name.length));
  return request;
}

/** Size of one screen, in pixels, from a whole setup reply; a text where the server refused or has no such screen. */
export function screenFromSetup(reply: Uint8Array, screen: number): Area | string {
  const bytes = Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength);
  if (bytes[0] !== 1) return bytes.subarray(8, 8 + (bytes[1] ?? 0)).toString('latin1') || 'refused';
  const vendorLength = bytes.readUInt16LE(24);
  const screens = bytes.readUInt8(28);
  const formats = bytes.readUInt8(29);
  let offset = 40 + padded(vendorLength) + formats * 8;
  for (let index = 0; index < screens; index++) {
    if (index === screen)
      return { x: 0, y: 0, width: bytes.readUInt16LE(offset + 20), height: bytes.readUInt16LE(offset + 22) };
    const depths = bytes.readUInt8(offset + 39);
    offset += 40;
    for (let depth = 0; depth < depths; depth++) offset += 8 + bytes.readUInt16LE(offset + 2) * 24;
  }
  return `there is no screen ${screen}`;
}

/**
 * Asks an X server for the size of its screen and hangs up: one request, no window and no pixel read.
 * For machines where neither xrandr nor xdpyinfo is installed. A text says why it did not work.
 */
export async function askScreenSize(display: DisplayName, env: ProcessEnv): Promise<Area | string> {
  const cookie = await readCookie(display, env);
  return new Promise((resolve) => {
    const socket = dial(display);
    const answer = (outcome: Area | string) => {
      socket.destroy();
      resolve(outcome);
    };
    let received = Buffer.alloc(0);
    socket.setTimeout(PATIENCE_MS, () => answer('the X server does not answer'));
    socket.on('error', (error) => answer(error.message));
    socket.on('close', () => resolve('the X server hung up'));
    socket.on('connect', () => socket.write(setupRequest(cookie)));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 8 && received.length >= 8 + received.readUInt16LE(6) * 4)
        answer(parsed(received, display.screen));
    });
  });
}

/** Where a display's server listens (X(7)); nothing is said yet. */
export function dial({ host, number }: DisplayName): Socket {
  return host === null ? connect(`/tmp/.X11-unix/X${number}`) : connect(6000 + number, host);
}

function parsed(reply: Uint8Array, screen: number): Area | string {
  try {
    return screenFromSetup(reply, screen);
  } catch (error) {
    return `the X server's answer makes no sense: ${String(error)}`;
  }
}

export async function readCookie(display: DisplayName, env: ProcessEnv): Promise<XCookie | undefined> {
  const path = env.XAUTHORITY ?? join(env.HOME ?? '/', '.Xauthority');
  return readFile(path).then(
    (file) => cookieFor(file, display.number),
    // A server without access control has no such file; one with it will refuse and say so.
    () => undefined,
  );
}
