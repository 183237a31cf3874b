import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_FRAGMENT_BYTES } from '../../contract/fragment.ts';
import type { Segment } from './splitter.ts';
import { createSplitter } from './splitter.ts';

function box(type: string, payload: Uint8Array, wide = false): Buffer {
  const header = Buffer.alloc(wide ? 16 : 8);
  header.writeUInt32BE(wide ? 1 : 8 + payload.length, 0);
  header.write(type, 4, 'latin1');
  if (wide) header.writeBigUInt64BE(BigInt(16 + payload.length), 8);
  return Buffer.concat([header, payload]);
}

const payload = fc.uint8Array({ maxLength: 40 });
const init = fc.tuple(payload, payload).map(([a, b]) => Buffer.concat([box('ftyp', a), box('moov', b)]));
const media = fc
  .tuple(payload, payload, fc.boolean(), fc.boolean())
  .map(([a, b, wide, styp]) =>
    Buffer.concat([...(styp ? [box('styp', a)] : []), box('moof', a), box('mdat', b, wide)]),
  );

/** Cuts bytes into chunks of the given sizes, over and over. */
function chunked(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let offset = 0, turn = 0; offset < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(bytes.subarray(offset, offset + size));
    offset += size;
  }
  return chunks;
}

function splitAll(chunks: readonly Uint8Array[]): Segment[] {
  const splitter = createSplitter();
  return chunks.flatMap((chunk) => {
    const segments = splitter.push(chunk);
    if (!segments.ok) throw new Error(segments.error.detail);
    return segments.value;
  });
}

describe('the splitter', () => {
  test('cuts the same segments whatever the sizes of the chunks', () => {
    fc.assert(
      fc.property(
        init,
        fc.array(media, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
        (first, rest, sizes) => {
          const segments = splitAll(chunked(Buffer.concat([first, ...rest]), sizes));
          expect(segments.map(({ kind }) => kind)).toEqual(['init', ...rest.map(() => 'media')]);
          expect(segments.map(({ bytes }) => Buffer.from(bytes))).toEqual([first, ...rest]);
        },
      ),
    );
  });

  test('never throws, and once it failed it stays failed', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 64 }), { minLength: 1 }), (chunks) => {
        const splitter = createSplitter();
        let hasFailed = false;
        for (const chunk of chunks) {
          const outcome = splitter.push(chunk);
          if (hasFailed) expect(outcome.ok).toBe(false);
          hasFailed = !outcome.ok;
        }
      }),
    );
  });

  test.each([
    ['text', Buffer.from('ffmpeg version 5.1.9')],
    ['a fragment without an init segment', box('moof', Buffer.alloc(4))],
    ['a box of an impossible size', Buffer.concat([Buffer.from([0, 0, 0, 3]), Buffer.from('ftyp')])],
    [
      'a moof without its mdat',
      Buffer.concat(['ftyp', 'moov', 'moof', 'moof'].map((type) => box(type, Buffer.alloc(2)))),
    ],
  ])('refuses %s as a value', (_what, bytes) => {
    expect(createSplitter().push(bytes)).toMatchObject({ ok: false, error: { code: 'device-failed' } });
  });

  test('refuses a fragment beyond the bound before it has received it', () => {
    const splitter = createSplitter();
    splitter.push(Buffer.concat([box('ftyp', Buffer.alloc(4)), box('moov', Buffer.alloc(4))]));
    const header = Buffer.alloc(8);
    header.writeUInt32BE(MAX_FRAGMENT_BYTES + 1, 0);
    header.write('moof', 4, 'latin1');
    expect(splitter.push(header)).toMatchObject({ ok: false, error: { code: 'device-failed' } });
  });

  test('copies a large fragment once, not once per chunk', () => {
    const large = Buffer.concat([
      box('ftyp', Buffer.alloc(4)),
      box('moov', Buffer.alloc(4)),
      box('moof', Buffer.alloc(4)),
      box('mdat', Buffer.alloc(12 * 1024 * 1024, 7)),
    ]);
    const segments = splitAll(chunked(large, [997]));
    expect(segments.at(-1)?.bytes.length).toBe(12 * 1024 * 1024 + 8 + 12);
  });
});
