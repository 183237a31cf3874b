import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Fragment } from '../../contract/fragment.ts';
import { INIT_SEQUENCE } from '../../contract/fragment.ts';
import type { FragmentTiming } from '../../contract/mp4.ts';
import { findBox, timescaleOf, timingOf } from '../../contract/mp4.ts';
import type { Result } from '../../contract/result.ts';
import { fail, ok } from '../../contract/result.ts';
import type { Segment } from './splitter.ts';

/** What all fragments of a take share. */
export type TakeIdentity = {
  readonly sessionId: string;
  readonly channelId: string;
  /** From 1. */
  readonly take: number;
  /** Place of the device's first sample on the session clock, in milliseconds. */
  readonly firstSampleMs: number;
};

/** Makes fragments of a take's segments, in order: numbers, places and digests. */
export function createStamp(identity: TakeIdentity): (segment: Segment) => Result<Fragment> {
  const { sessionId, channelId, take, firstSampleMs } = identity;
  let timescale: number | undefined;
  let preSkipMs = 0;
  let sequence = INIT_SEQUENCE;

  const fragment = (bytes: Uint8Array, startedAtMs: number, durationMs: number): Result<Fragment> =>
    ok({
      header: {
        sessionId,
        channelId,
        take,
        sequence: sequence++,
        startedAtMs: microseconds(Math.max(0, startedAtMs)),
        durationMs: microseconds(durationMs),
        // A take knows nothing of pauses: the session fills this in when the fragment arrives.
        pausedBeforeMs: 0,
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        crc32: crc32(bytes).toString(16).padStart(8, '0'),
      },
      bytes,
    });

  return ({ kind, bytes }) => {
    if (kind === 'init') {
      timescale = timescaleOf(bytes);
      preSkipMs = opusPreSkipMs(bytes);
      return fragment(bytes, firstSampleMs - preSkipMs, 0);
    }
    const timing = readTiming(bytes);
    if (timescale === undefined || timescale === 0 || timing === undefined)
      return fail('device-failed', 'a fragment without a time');
    const ticksPerMs = timescale / 1_000;
    const startedAtMs = firstSampleMs - preSkipMs + timing.startTicks / ticksPerMs;
    return fragment(bytes, startedAtMs, timing.durationTicks / ticksPerMs);
  };
}

/**
 * How much an Opus track begins before its device's first sample, in milliseconds: the encoder's pre-skip in
 * the dOps box ("Encapsulation of Opus in ISO Base Media File Format", 4.3.2), counted at 48 kHz. ffmpeg's
 * muxer starts a fragmented file with those 312 samples at time 0 and writes no edit list, so that everything
 * in it lies 6.5 ms later than on the device; measured with 5.1.9. 0 for other codecs.
 */
export function opusPreSkipMs(init: Uint8Array): number {
  const stsd = findBox(init, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd']);
  if (stsd === undefined) return 0;
  const description = Buffer.from(init.subarray(stsd.offset, stsd.offset + stsd.size));
  const dOps = description.indexOf('dOps', 0, 'latin1');
  return dOps < 0 || dOps + 8 > description.length ? 0 : description.readUInt16BE(dOps + 6) / 48;
}

function readTiming(media: Uint8Array): FragmentTiming | undefined {
  try {
    return timingOf(media);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Times to the microsecond: finer digits are noise of the division. */
function microseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
