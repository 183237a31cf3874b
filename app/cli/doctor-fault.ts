import type { Channel } from '../../contract/channel.ts';
import { errorOf, type TallylightError } from '../../contract/result.ts';
import type { Content } from './doctor-content.ts';

export type Trouble = { readonly code: TallylightError['code']; readonly detail: string };

/** What came of one channel, to be judged. */
export type Came = {
  readonly channel: Pick<Channel, 'id' | 'kind'>;
  readonly content: Content | null;
  readonly askedMs: number;
  readonly recordedMs: number;
  readonly fragments: number;
  /** No process that was started for it is left. */
  readonly isGone: boolean;
  /** Why what came is of no use, as it was told on the way and not taken back. */
  readonly unwell: TallylightError | null;
  /** The last that went wrong on the way. */
  readonly last: TallylightError | undefined;
};

/** Of what was asked. One that runs ends past all of it; the rest is for a machine that is too slow. */
const ENOUGH = 0.8;

/** Why the channel is not proved; null where it is. */
export function faultOf(came: Came): Trouble | null {
  const { content, askedMs, recordedMs, fragments, isGone, unwell, last } = came;
  const { id, kind } = came.channel;
  const fault = (code: Trouble['code'], detail: string) => ({ code, detail });
  const { code, detail } = last ?? errorOf('device-failed');
  if (fragments === 0) return fault(code, detail ?? `nothing came of ${id}`);
  if (recordedMs < ENOUGH * askedMs || code === 'channel-lost')
    return fault(code, `only ${secondsText(recordedMs)} of ${secondsText(askedMs)}: ${detail ?? id}`);
  // Such as a build that was made for one purpose, which has no raw output.
  if (content === null)
    return fault('device-failed', `${fragments} fragments came of ${id}, which this ffmpeg cannot decode`);
  if (!isGone) return fault('device-failed', 'a process is left that should have ended');
  if (content.kind === 'picture' && content.isBlack)
    return fault('channel-black', 'no frame has more light than a pointer');
  if (unwell !== null) return fault(unwell.code, `${unwell.detail ?? id}, until the end`);
  if (content.kind === 'picture') return null;
  // Nothing may be playing: for system audio, silence is no fault, and no proof either.
  if (content.isDigitalSilence && kind === 'mic') return fault('channel-silent', 'every sample is zero');
  return null;
}

function secondsText(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
