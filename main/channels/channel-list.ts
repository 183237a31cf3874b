import type { Channel } from '../../contract/channel.ts';
import type { TallylightError } from '../../contract/result.ts';

/** What this machine can capture, and why a part of it cannot be: no sound server, no X display. */
export type ChannelList = {
  readonly channels: readonly Channel[];
  readonly missing: readonly TallylightError[];
};
