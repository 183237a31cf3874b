import { z } from 'zod';
import { channelId } from './channel.ts';

/** No fragment is larger: about a second of 1080p30 at the worst measured rate is 3 MiB. */
export const MAX_FRAGMENT_BYTES = 16 * 1024 * 1024;

/** Number of the init segment in every take; media fragments count from 1. */
export const INIT_SEQUENCE = 0;

export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256 as 64 lower-case hex digits');
export const crc32Hex = z.string().regex(/^[0-9a-f]{8}$/, 'CRC-32 as 8 lower-case hex digits');

/** Milliseconds on the session clock, or of it: a year at most, so that sums of them stay exact. */
export const sessionMs = z
  .number()
  .min(0)
  .max(366 * 86_400_000);

export const sessionId = z.string().regex(/^cap-[A-Za-z0-9_-]{8,64}$/, 'a session id looks like cap-…');

/**
 * What identifies and places one fragment. Times are milliseconds on the session clock, which is monotonic
 * and starts at 0 with the session; `pausedBeforeMs` is how much of that clock was paused before this take,
 * so `startedAtMs - pausedBeforeMs` is the place in the recording.
 */
export const fragmentHeader = z.object({
  sessionId,
  channelId,
  /** Counts from 1; a take is one run of one pipeline. */
  take: z.int().min(1).max(100_000),
  /** 0 is the init segment. */
  sequence: z.int().min(0).max(10_000_000),
  startedAtMs: sessionMs,
  durationMs: sessionMs,
  pausedBeforeMs: sessionMs,
  bytes: z.int().min(1).max(MAX_FRAGMENT_BYTES),
  sha256: sha256Hex,
  crc32: crc32Hex,
});
export type FragmentHeader = z.infer<typeof fragmentHeader>;

/** A fragment in memory: header and the bytes it speaks of. */
export type Fragment = { readonly header: FragmentHeader; readonly bytes: Uint8Array };

export type FragmentKey = { readonly channelId: string; readonly take: number; readonly sequence: number };

/** Negative where `a` comes before `b` within one channel. */
export function compareKeys(
  a: { take: number; sequence: number },
  b: { take: number; sequence: number },
): number {
  return a.take - b.take || a.sequence - b.sequence;
}

/** HTTP header names that carry a fragment's header beside `Content-Digest` (RFC 9530). */
export const FRAGMENT_HEADERS = {
  startedAtMs: 'x-tallylight-started-at-ms',
  durationMs: 'x-tallylight-duration-ms',
  pausedBeforeMs: 'x-tallylight-paused-before-ms',
  crc32: 'x-tallylight-crc32',
  contentDigest: 'content-digest',
} as const;
