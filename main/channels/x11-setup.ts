import type { Area } from '../../contract/channel.ts';
import type { XCookie } from './x11-display.ts';

export type X11Screen = { readonly root: number; readonly area: Area };

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

/** How long the reply is that begins here; undefined until all of it is there. */
export function setupBytes(received: Buffer): number | undefined {
  if (received.length < 8) return undefined;
  const length = 8 + received.readUInt16LE(6) * 4;
  return received.length < length ? undefined : length;
}

/**
 * One screen in a whole setup reply (chapter 8, "Server response"); a text where the server refused, has no such screen, or
 * talks nonsense.
 */
export function screenFromSetup(reply: Uint8Array, screen: number): X11Screen | string {
  const bytes = Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength);
  if (bytes[0] !== 1) return bytes.subarray(8, 8 + (bytes[1] ?? 0)).toString('latin1') || 'refused';
  try {
    return screenAt(bytes, screen);
  } catch (error) {
    return `the X server's answer makes no sense: ${String(error)}`;
  }
}

function screenAt(reply: Buffer, screen: number): X11Screen | string {
  const screens = reply.readUInt8(28);
  let offset = 40 + padded(reply.readUInt16LE(24)) + reply.readUInt8(29) * 8;
  for (let index = 0; index < screens; index++) {
    if (index === screen) {
      const [width, height] = [reply.readUInt16LE(offset + 20), reply.readUInt16LE(offset + 22)];
      return { root: reply.readUInt32LE(offset), area: { x: 0, y: 0, width, height } };
    }
    const depths = reply.readUInt8(offset + 39);
    offset += 40;
    for (let depth = 0; depth < depths; depth++) offset += 8 + reply.readUInt16LE(offset + 2) * 24;
  }
  return `there is no screen ${screen}`;
}
