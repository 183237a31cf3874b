import { describe, expect, test } from 'vitest';
import { cookieFor, parseDisplayName } from './x11-display.ts';
import { screenFromSetup, setupBytes, setupRequest } from './x11-setup.ts';

function record(family: number, ...fields: (string | Uint8Array)[]): Buffer {
  const parts = fields.flatMap((field) => {
    const bytes = Buffer.from(field);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat([Buffer.from([family >> 8, family & 255]), ...parts]);
}

describe('asking an X server for its size', () => {
  test.each([
    [':0', { host: null, number: 0, screen: 0 }],
    ['unix:99.1', { host: null, number: 99, screen: 1 }],
    ['build-host:10.0', { host: 'build-host', number: 10, screen: 0 }],
    ['wayland-0', undefined],
  ])('DISPLAY %s', (display, parsed) => {
    expect(parseDisplayName(display)).toEqual(parsed);
  });

  test('uses the cookie of its display', () => {
    const [first, second] = [Buffer.alloc(16, 1), Buffer.alloc(16, 2)];
    const file = Buffer.concat([
      record(256, 'host', '0', 'MIT-MAGIC-COOKIE-1', first),
      record(65535, '', '99', 'MIT-MAGIC-COOKIE-1', second),
    ]);
    expect(cookieFor(file, 99)?.data).toEqual(second);
    expect(cookieFor(file, 7)).toBeUndefined();
    expect(cookieFor(file.subarray(0, 30), 99)).toBeUndefined();
  });

  test('is a request as the protocol has it, every part padded to four bytes', () => {
    const request = setupRequest({ name: 'MIT-MAGIC-COOKIE-1', data: Buffer.alloc(16, 7) });
    expect(request).toHaveLength(12 + 20 + 16);
    expect(Buffer.from(request.subarray(0, 12)).toString('hex')).toBe('6c000b000000120010000000');
    expect(setupRequest(undefined)).toHaveLength(12);
  });

  test('reads the second screen behind what the first has of depths and visuals', () => {
    const vendor = Buffer.from('Acme\0\0\0\0');
    const screen = (root: number, width: number, height: number, visuals: readonly number[]) => {
      const fixed = Buffer.alloc(40);
      fixed.writeUInt32LE(root, 0);
      fixed.writeUInt16LE(width, 20);
      fixed.writeUInt16LE(height, 22);
      fixed.writeUInt8(visuals.length, 39);
      const depths = visuals.map((count) => {
        const depth = Buffer.alloc(8 + count * 24);
        depth.writeUInt16LE(count, 2);
        return depth;
      });
      return Buffer.concat([fixed, ...depths]);
    };
    const head = Buffer.alloc(40);
    head.writeUInt8(1, 0);
    // A vendor of five letters is padded to eight bytes.
    head.writeUInt16LE(5, 24);
    head.writeUInt8(2, 28);
    head.writeUInt8(1, 29);
    const whole = [head, vendor, Buffer.alloc(8), screen(7, 640, 480, [2, 0]), screen(9, 800, 600, [])];
    const reply = Buffer.concat(whole);
    reply.writeUInt16LE((reply.length - 8) / 4, 6);
    expect(setupBytes(reply.subarray(0, -1))).toBeUndefined();
    expect(setupBytes(Buffer.concat([reply, head]))).toBe(reply.length);
    const area = { x: 0, y: 0, width: 800, height: 600 };
    expect(screenFromSetup(reply, 1)).toEqual({ root: 9, area });
    expect(screenFromSetup(reply, 2)).toBe('there is no screen 2');
    expect(screenFromSetup(reply.subarray(0, 90), 1)).toMatch(/makes no sense/);
  });

  test('reads why it was refused', () => {
    const reason = 'No protocol specified\n';
    const reply = Buffer.concat([Buffer.from([0, reason.length, 11, 0, 0, 0, 6, 0]), Buffer.from(reason)]);
    expect(screenFromSetup(reply, 0)).toBe(reason);
  });
});
