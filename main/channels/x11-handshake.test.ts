import { describe, expect, test } from 'vitest';
import { cookieFor, parseDisplayName } from './x11-display.ts';
import { screenFromSetup, setupRequest } from './x11-handshake.ts';

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

  test('reads why it was refused', () => {
    const reason = 'No protocol specified\n';
    const reply = Buffer.concat([Buffer.from([0, reason.length, 11, 0, 0, 0, 6, 0]), Buffer.from(reason)]);
    expect(screenFromSetup(reply, 0)).toBe(reason);
  });
});
