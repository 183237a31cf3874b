import type { LoggedFragment } from './client.ts';

/** What a crash cost one channel. */
export type Loss = {
  readonly channelId: string;
  readonly seconds: number;
  /** Of a fragment: the one that was unfinished is lost with it. */
  readonly fragmentSeconds: number;
};

/** No crash may cost a channel more than this and the unfinished fragment. */
export const MOST_LOST_SECONDS = 1;

/**
 * From the end of the last kept fragment of each channel to the moment of the kill, on the session clock. Of channels that were
 * being recorded then: one that had brought nothing for longer than `silentMs` had ended or was waiting for its device.
 */
export function lossesOf(
  log: readonly LoggedFragment[],
  killedMonotonicMs: number,
  silentMs = 3_000,
): Loss[] {
  const media = log.filter(({ step, sequence }) => step === 'kept' && sequence > 0);
  const clock = log.at(-1);
  if (clock === undefined) return [];
  const killedAtMs = clock.atMs + (killedMonotonicMs - clock.monotonicMs);
  const last = new Map(media.map((fragment) => [fragment.channelId, fragment]));
  return [...last.values()]
    .filter(({ monotonicMs }) => killedMonotonicMs - monotonicMs < silentMs)
    .map(({ channelId, startedAtMs, durationMs }) => ({
      channelId,
      seconds: Math.max(0, killedAtMs - startedAtMs - durationMs) / 1000,
      fragmentSeconds: durationMs / 1000,
    }));
}
