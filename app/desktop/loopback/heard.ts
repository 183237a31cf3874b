import { z } from 'zod';
import { errorOf, type TallylightError } from '../../../contract/result.ts';
import type { EndReason, FromPage } from './page/messages.ts';

/** Bounds for what a page can make main allocate with one message: faster than any device, longer than any piece. */
const FASTEST_HZ = 384_000;
const LONGEST_SAMPLES = 1_000_000;

const sound = z
  .strictObject({
    type: z.literal('sound'),
    number: z.int().nonnegative(),
    startedWallMs: z.number(),
    samples: z.instanceof(Float32Array).refine(({ length }) => length > 0 && length <= LONGEST_SAMPLES),
    channels: z.union([z.literal(1), z.literal(2)]),
    sampleRate: z.int().min(8_000).max(FASTEST_HZ),
  })
  .refine(({ samples, channels }) => samples.length % channels === 0);

const fromPage: z.ZodType<FromPage> = z.union([
  sound,
  z.strictObject({ type: z.literal('opened'), by: z.enum(['processor', 'worklet']) }),
  z.strictObject({ type: z.literal('alive') }),
  z.strictObject({ type: z.literal('lost'), milliseconds: z.number().nonnegative() }),
  z.strictObject({
    type: z.literal('ended'),
    why: z.enum(['closed', 'refused', 'no-sound', 'track-ended', 'clock', 'failed']),
    detail: z.string(),
  }),
]);

/** What the page says; undefined where it says what it cannot say. */
export function heard(message: unknown): FromPage | undefined {
  return fromPage.safeParse(message).data;
}

/**
 * Believed, not measured: where macOS does not allow it, the track has ended before anything came of it, or the request
 * is refused.
 */
export function errorOfEnd(
  why: EndReason,
  { detail, platform, hadSound }: { detail: string; platform: NodeJS.Platform; hadSound: boolean },
): TallylightError {
  const isDenied = why === 'refused' || (why === 'track-ended' && platform === 'darwin' && !hadSound);
  return errorOf(isDenied ? 'permission-denied' : 'device-failed', `system audio: ${why} ${detail}`.trim());
}
