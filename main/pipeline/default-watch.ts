import type { Channel } from '../../contract/channel.ts';
import type { Result } from '../../contract/result.ts';
import { isSameDevice } from '../channels/same-channel.ts';
import type { Later } from './later.ts';
import { LISTING_LOOK_MS, LOOK_MS } from './restart-schedule.ts';

export type DefaultWatchOptions = {
  /** What is recorded. */
  readonly channel: Channel;
  /** What the default is by now. */
  readonly locate: (channel: Channel) => Promise<Result<Channel>>;
  /** The system's own name of its default, where it says so without a process; undefined where it does not. */
  readonly named: () => string | undefined;
  /** Whether a list costs little: no ffmpeg is started for it. */
  readonly isCheap: boolean;
  readonly later: Later;
};

/**
 * Watches while a take runs whether what it follows has become another device; tells it once. Where the system names its
 * default, a list is only asked for when that name is another one. Returns how to end it.
 */
export function watchDefault(
  { channel, locate, named, isCheap, later }: DefaultWatchOptions,
  moved: () => void,
): () => void {
  let isOver = false;
  let cancel: () => void = () => undefined;
  /** The name under which the list had the device that is recorded. */
  let agreed: string | undefined;

  function again(): void {
    const everyMs = isCheap || agreed !== undefined ? LOOK_MS : LISTING_LOOK_MS;
    cancel = later(everyMs, () => void look());
  }

  async function look(): Promise<void> {
    // Before the list: what changes meanwhile is seen at the next look.
    const name = named();
    if (name !== undefined && name === agreed) return again();
    const located = await locate(channel);
    if (isOver) return;
    if (located.ok && !isSameDevice(channel, located.value)) return moved();
    agreed = located.ok ? name : undefined;
    again();
  }

  cancel = later(LOOK_MS, () => void look());
  return () => {
    isOver = true;
    cancel();
  };
}
