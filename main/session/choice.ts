import type { Channel, ChannelMode } from '../../contract/channel.ts';
import { isDefaultSound } from '../../contract/consent.ts';
import { isAllowed, type Policy } from '../../contract/policy.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { ChannelList } from '../channels/channel-list.ts';
import { isSameDevice } from '../channels/same-channel.ts';
import type { AgreedChannel } from './run.ts';

/** What a person wants of one channel; without `follow` that stays as it is. */
export type Wish = { readonly channelId: string; readonly mode: ChannelMode; readonly follow?: boolean };

/** The channels of this machine and what the person chose for each. */
export type Choice = {
  readonly known: () => ChannelList;
  readonly modeOf: (channelId: string) => ChannelMode;
  /** Whether a default device is followed; null: the channel is not a default device. */
  readonly followsOf: (channel: Channel) => boolean | null;
  /** Errors: `channel-unknown`, `policy-forbids`, `bad-request` where there is nothing to follow. */
  readonly choose: (wish: Wish, policy: Policy | undefined) => Result<void>;
  /** Live only unless the person chose otherwise; off where the policy does not even allow that. */
  readonly settle: (policy: Policy | undefined, known?: ChannelList) => void;
  readonly chosen: () => AgreedChannel[];
};

export function channelChoice(): Choice {
  let known: ChannelList = { channels: [], missing: [] };
  let modes = new Map<string, ChannelMode>();
  const followed = new Set<string>();

  function modeOf(channelId: string): ChannelMode {
    return modes.get(channelId) ?? 'off';
  }
  function followsOf(channel: Channel): boolean | null {
    return isDefaultSound(channel) ? followed.has(channel.id) : null;
  }
  return {
    known: () => known,
    modeOf,
    followsOf,
    choose: ({ channelId, mode, follow }, policy) => {
      const channel = known.channels.find(({ id }) => id === channelId);
      if (channel === undefined) return fail('channel-unknown', channelId);
      if (policy !== undefined && !isAllowed(policy, channel.kind, mode))
        return fail('policy-forbids', channelId);
      if (follow === true && !isDefaultSound(channel))
        return fail('bad-request', `${channelId} is no default device`);
      modes.set(channelId, mode);
      if (follow === true) followed.add(channelId);
      if (follow === false) followed.delete(channelId);
      return ok(undefined);
    },
    settle: (policy, found = known) => {
      const preset = (channel: Channel): ChannelMode => {
        const before = known.channels.find(({ id }) => id === channel.id);
        // A number that is another monitor's by now was not chosen.
        const isChosen = before === undefined || isDefaultSound(channel) || isSameDevice(before, channel);
        const wanted = (isChosen ? modes.get(channel.id) : undefined) ?? (channel.isDefault ? 'live' : 'off');
        return policy === undefined || isAllowed(policy, channel.kind, wanted) ? wanted : 'off';
      };
      modes = new Map(found.channels.map((channel) => [channel.id, preset(channel)]));
      known = found;
    },
    chosen: () =>
      known.channels.flatMap((channel) => {
        const mode = modeOf(channel.id);
        return mode === 'off' ? [] : [{ channel, mode, follow: followsOf(channel) === true }];
      }),
  };
}
