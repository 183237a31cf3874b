import type { Channel } from '../../contract/channel.ts';
import type { Result } from '../../contract/result.ts';
import type { ChannelList } from '../channels/channel-list.ts';
import { listChannels } from '../channels/list.ts';
import type { Machine } from '../channels/machine.ts';
import { isSameDevice } from '../channels/same-channel.ts';
import type { SoundPresence } from '../channels/sound-presence.ts';
import { presenceOf } from '../channels/sound-presence.ts';
import type { Later } from './later.ts';
import { afterTimeout } from './later.ts';
import { LISTING_LOOK_MS, LOOK_MS } from './restart-schedule.ts';

export type PresenceGuard = { readonly close: () => void };

type PresenceGuardOptions = {
  readonly machine: Machine;
  readonly presence?: (machine: Machine, channel: Channel) => SoundPresence;
  readonly list?: (machine: Machine) => Promise<Result<ChannelList>>;
  readonly later?: Later;
};

/**
 * Watches that a microphone of macOS or Windows stays plugged in, as its recording does not end with it: AVFoundation just
 * gives no more samples. It is told as gone once, and only by who has seen it since the recording began: a list that never
 * had it, or has none of its kind, says more about the list.
 */
export function guardPresence(
  channel: Channel,
  { machine, presence = presenceOf, list = listChannels, later = afterTimeout }: PresenceGuardOptions,
  gone: () => void,
): PresenceGuard {
  let isClosed = false;
  let cancel: () => void = () => undefined;
  let seenAs: string | undefined;
  let wasListed = false;

  function close(): void {
    isClosed = true;
    cancel();
  }

  function end(): void {
    close();
    gone();
  }

  async function look(): Promise<void> {
    const seen = presence(machine, channel);
    if (seen.kind === 'there') {
      seenAs ??= seen.as;
      if (seen.as !== seenAs) return end();
    } else if (seen.kind === 'gone' && seenAs !== undefined) return end();
    const isNative = seenAs !== undefined;
    if (!isNative && (await isUnlisted())) return end();
    if (!isClosed) cancel = later(isNative ? LOOK_MS : LISTING_LOOK_MS, () => void look());
  }

  async function isUnlisted(): Promise<boolean> {
    const listed = await list(machine);
    if (isClosed || !listed.ok) return false;
    const same = listed.value.channels.filter(({ kind }) => kind === channel.kind);
    const isListed = same.some((one) => isSameDevice(channel, one));
    const isGone = wasListed && same.length > 0 && !isListed;
    wasListed ||= isListed;
    return isGone;
  }

  void look();
  return { close };
}
