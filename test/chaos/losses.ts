import type { Recorder } from './client.ts';

/** What a crash cost one channel. */
export type Loss = {
  readonly channelId: string;
  readonly seconds: number;
};

/** No crash may cost a channel more than this. */
export const MOST_LOST_SECONDS = 1;

/**
 * From the end of the last kept fragment of each channel to the moment of the kill, on the session clock. Of the channels that
 * the recorder said were being recorded then: others had ended or waited for their device.
 */
export function lossesOf(recorder: Pick<Recorder, 'fragments' | 'live'>, killedMonotonicMs: number): Loss[] {
  const log = recorder.fragments();
  const live = recorder.live();
  const media = log.filter(({ step, sequence }) => step === 'kept' && sequence > 0);
  const clock = log.at(-1);
  if (clock === undefined) return [];
  const killedAtMs = clock.atMs + (killedMonotonicMs - clock.monotonicMs);
  const last = new Map(media.map((fragment) => [fragment.channelId, fragment]));
  return [...last.values()]
    .filter(({ channelId }) => live.includes(channelId))
    .map(({ channelId, startedAtMs, durationMs }) => ({
      channelId,
      seconds: Math.max(0, killedAtMs - startedAtMs - durationMs) / 1000,
    }));
}
