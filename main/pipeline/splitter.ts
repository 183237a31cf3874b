import { MAX_FRAGMENT_BYTES } from '../../contract/fragment.ts';
import type { Box } from '../../contract/mp4.ts';
import { boxAt } from '../../contract/mp4.ts';
import type { Result } from '../../contract/result.ts';
import { fail, ok } from '../../contract/result.ts';

/** A part of a fragmented MP4 that is stored and sent as one: ftyp+moov, or moof+mdat. */
export type Segment = { readonly kind: 'init' | 'media'; readonly bytes: Uint8Array };

export type Splitter = {
  /** The segments that became whole with this chunk. After a failure every further push fails the same way. */
  readonly push: (chunk: Uint8Array) => Result<readonly Segment[]>;
};

/** Which boxes may follow each other (ISO/IEC 14496-12), and which of them end a segment. */
const AFTER: Readonly<Record<string, readonly string[]>> = {
  start: ['ftyp'],
  ftyp: ['moov', 'free'],
  moov: ['moof', 'styp', 'sidx', 'free'],
  styp: ['moof', 'sidx', 'free'],
  sidx: ['moof', 'free'],
  moof: ['mdat'],
  mdat: ['moof', 'styp', 'sidx', 'free'],
};
const LAST: Readonly<Record<string, Segment['kind']>> = { moov: 'init', mdat: 'media' };
const LONGEST_HEADER_BYTES = 16;

/**
 * Cuts ffmpeg's output into segments, whatever sizes the pipe delivers it in. Holds at most one unfinished
 * segment, at most MAX_FRAGMENT_BYTES, and copies every byte once.
 */
export function createSplitter(): Splitter {
  let header = new Uint8Array(0);
  let pieces: Uint8Array[] = [];
  let segmentBytes = 0;
  let remaining = 0;
  let before = 'start';
  let current = '';
  let broken: Result<never> | undefined;

  const begin = (box: Box): string | undefined => {
    if (box.type !== 'free' && !(AFTER[before] ?? []).includes(box.type))
      return `a box ${JSON.stringify(box.type)} after ${before}`;
    if (segmentBytes + box.size > MAX_FRAGMENT_BYTES) return `a box ${box.type} of ${box.size} bytes`;
    current = box.type;
    remaining = box.size;
    return undefined;
  };

  const finish = (): Segment | undefined => {
    if (current !== 'free') before = current;
    const kind = LAST[current];
    if (kind === undefined) return undefined;
    const bytes = joined(pieces, segmentBytes);
    pieces = [];
    segmentBytes = 0;
    return { kind, bytes };
  };

  const take = (chunk: Uint8Array): void => {
    pieces.push(chunk);
    segmentBytes += chunk.length;
    remaining -= chunk.length;
  };

  const split = (chunk: Uint8Array): Segment[] | string => {
    const whole: Segment[] = [];
    let offset = 0;
    while (offset < chunk.length) {
      if (remaining === 0) {
        const seen = joined([header, chunk.subarray(offset, offset + LONGEST_HEADER_BYTES)]);
        const box = readBox(seen);
        if (typeof box === 'string') return box;
        if (box === undefined) {
          header = seen;
          return whole;
        }
        const flaw = begin(box);
        if (flaw !== undefined) return flaw;
        take(header);
        header = new Uint8Array(0);
      }
      const part = chunk.subarray(offset, offset + remaining);
      take(part);
      offset += part.length;
      if (remaining > 0) continue;
      const segment = finish();
      if (segment !== undefined) whole.push(segment);
    }
    return whole;
  };

  return {
    push: (chunk) => {
      if (broken !== undefined) return broken;
      const outcome = split(chunk);
      if (typeof outcome !== 'string') return ok(outcome);
      broken = fail('device-failed', `what ffmpeg wrote is not fragmented MP4: ${outcome}`);
      pieces = [];
      return broken;
    },
  };
}

/** The box that starts here; undefined where its header is not whole; a text where it cannot be one. */
function readBox(bytes: Uint8Array): Box | undefined | string {
  try {
    return boxAt(bytes, 0);
  } catch (error) {
    return error instanceof RangeError ? error.message : String(error);
  }
}

function joined(parts: readonly Uint8Array[], length = parts.reduce((sum, part) => sum + part.length, 0)) {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
