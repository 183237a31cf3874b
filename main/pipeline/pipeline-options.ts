import type { ChannelState } from '../../contract/bridge/snapshot.ts';
import type { Channel } from '../../contract/channel.ts';
import type { Fragment } from '../../contract/fragment.ts';
import type { Result, TallylightError } from '../../contract/result.ts';
import type { ProcessEnv } from '../channels/host-env.ts';
import type { Machine } from '../channels/machine.ts';
import type { CaptureFormat } from './capture-format.ts';
import type { CaptureFfmpeg } from './capture-way.ts';
import type { Pointer } from './channel-health.ts';
import type { SessionClock } from './clock.ts';
import type { Gap, Interruption } from './gap-ledger.ts';
import type { Later } from './later.ts';
import type { PcmSource } from './pcm-source.ts';
import type { Take, TakeOptions } from './take.ts';

export type PipelineEvents = {
  /** `because`: what ended the take where it was none of the states' own reasons. */
  readonly state: (state: ChannelState, because?: Interruption) => void;
  readonly fragment: (fragment: Fragment, device: string) => void;
  /** Peak of the last 100 ms in dBFS. */
  readonly level: (db: number) => void;
  /** When capture is back, or when it was given up, paused or stopped before that. */
  readonly gap: (gap: Gap) => void;
  /** Why the channel is not live at the moment. */
  readonly trouble: (error: TallylightError) => void;
  /**
   * A live channel that brings nothing of use (`channel-silent`, `-black`, `-frozen`); null: content came back. That a
   * take is over is not told here: a change of state ends what this told.
   */
  readonly health: (error: TallylightError | null) => void;
  /** Once per take, at its first content: a level above digital zero, a picture that is not black. */
  readonly content: () => void;
};

/** What a channel had before the recording was cut off: takes go on counting, and what is missing since is a gap. */
export type EarlierTakes = {
  readonly takes: number;
  /** On the session clock. */
  readonly recordedToMs: number;
};

export type PipelineOptions = {
  readonly channel: Channel;
  readonly sessionId: string;
  readonly clock: SessionClock;
  readonly ffmpeg: CaptureFfmpeg;
  readonly format: CaptureFormat;
  readonly env: ProcessEnv;
  readonly platform?: NodeJS.Platform;
  readonly machine?: Machine;
  readonly pcm?: PcmSource;
  readonly pointer?: Pointer;
  readonly on: PipelineEvents;
  /**
   * Where the channel is now: the agreed device (`locateChannel`), or what is the default by now (`defaultOf`) where
   * somebody agreed to that. Asked before every take; before the first only where the device is opened by a number,
   * which may have moved since it was listed. Never rejects.
   */
  readonly locate?: (channel: Channel) => Promise<Result<Channel>>;
  /** Whether another device is taken up while this one still works, as soon as `locate` names it. */
  readonly follows?: boolean;
  /** Where an earlier run of this recording ended. */
  readonly after?: EarlierTakes;
  readonly open?: (options: TakeOptions) => Take;
  readonly later?: Later;
};
