import { createHash } from 'node:crypto';
import { Fault } from './fault.ts';

type Expected = { readonly sizeBytes: number; readonly sha256: string };

/**
 * The same bytes, the last of them only when all are those that were announced: what we hold ourselves may be damaged, and
 * an upload that never ends is never visible.
 */
export async function* checked(
  bytes: AsyncIterable<Uint8Array>,
  expected: Expected,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of bytes) {
    if (chunk.length === 0) continue;
    hash.update(chunk);
    sizeBytes += chunk.length;
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (sizeBytes !== expected.sizeBytes || hash.digest('hex') !== expected.sha256)
    throw new Fault('destination-mismatch', 'what was to be sent is not what was announced');
  if (held !== undefined) yield held;
}

/** Reads what lies there and compares. */
export async function readBack(bytes: AsyncIterable<Uint8Array>, expected: Expected): Promise<'read-back'> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of bytes) {
    hash.update(chunk);
    sizeBytes += chunk.length;
    // A store that answers without end is not read to its end.
    if (sizeBytes > expected.sizeBytes) break;
  }
  assertSame(sizeBytes === expected.sizeBytes && hash.digest('hex') === expected.sha256, 'read back');
  return 'read-back';
}

/** Throws `destination-mismatch`. `by` says what was compared. */
export function assertSame(same: boolean, by: string): void {
  if (!same) throw new Fault('destination-mismatch', by);
}

/** The same bytes in pieces of one size; only the last may be smaller. */
export async function* pieces(
  bytes: AsyncIterable<Uint8Array>,
  pieceBytes: number,
): AsyncGenerator<Buffer<ArrayBuffer>> {
  let piece = Buffer.alloc(pieceBytes);
  let filled = 0;
  for await (const chunk of bytes) {
    let taken = 0;
    while (taken < chunk.length) {
      const part = chunk.subarray(taken, taken + pieceBytes - filled);
      piece.set(part, filled);
      filled += part.length;
      taken += part.length;
      if (filled < pieceBytes) continue;
      yield piece;
      piece = Buffer.alloc(pieceBytes);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
