import type { Channel, ChannelMode } from '../../contract/channel.ts';
import { isAllowed, type Policy } from '../../contract/policy.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { ChannelList } from '../channels/channel-list.ts';
import type { AgreedChannel } from './run.ts';

/** The channels of this machine and what the person chose for each. */
export type Choice = {
  readonly known: () => ChannelList;
  readonly modeOf: (channelId: string) => ChannelMode;
  /** Errors: `channel-unknown`, `policy-forbids`. */
  readonly choose: (channelId: string, mode: ChannelMode, policy: Policy | undefined) => Result<void>;
  /** Live only unless the person chose otherwise; off where the policy does not even allow that. */
  readonly settle: (policy: Policy | undefined, known?: ChannelList) => void;
  readonly chosen: () => AgreedChannel[];
};

export function channelChoice(): Choice {
  let known: ChannelList = { channels: [], missing: [] };
  let modes = new Map<string, ChannelMode>();

  function modeOf(channelId: string): ChannelMode {
    return modes.get(channelId) ?? 'off';
  }
  return {
    known: () => known,
    modeOf,
    choose: (channelId, mode, policy) => {
      const channel = known.channels.find(({ id }) => id === channelId);
      if (channel === undefined) return fail('channel-unknown', channelId);
      if (policy !== undefined && !isAllowed(policy, channel.kind, mode))
        return fail('policy-forbids', channelId);
      modes.set(channelId, mode);
      return ok(undefined);
    },
    settle: (policy, found = known) => {
      const preset = (channel: Channel): ChannelMode => {
        const wanted = modes.get(channel.id) ?? (channel.isDefault ? 'live' : 'off');
        return policy === undefined || isAllowed(policy, channel.kind, wanted) ? wanted : 'off';
      };
      known = found;
      modes = new Map(known.channels.map((channel) => [channel.id, preset(channel)]));
    },
    chosen: () =>
      known.channels.flatMap((channel) => {
        const mode = modeOf(channel.id);
        return mode === 'off' ? [] : [{ channel, mode }];
      }),
  };
}
