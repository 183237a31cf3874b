import type { Channel } from '../../contract/channel.ts';
import { INIT_SEQUENCE } from '../../contract/fragment.ts';
import type { PipelineOptions } from '../pipeline/channel-pipeline.ts';

/** Where the channels of a recording are at the moment, by what came from them and not by where they were looked for. */
export type PresentChannels = {
  readonly of: (channel: Channel) => Channel;
  /** The options of a pipeline, overheard. */
  readonly overheard: (options: PipelineOptions) => PipelineOptions;
};

export function presentChannels(): PresentChannels {
  const present = new Map<string, Channel>();

  return {
    of: (channel) => present.get(channel.id) ?? channel,
    overheard: (options) => {
      const { channel, on, locate } = options;
      let located = channel;
      present.delete(channel.id);
      if (locate === undefined) return options;
      return {
        ...options,
        locate: async (lost) => {
          const found = await locate(lost);
          if (found.ok) located = found.value;
          return found;
        },
        on: {
          ...on,
          fragment: (fragment, device) => {
            const isFirst = fragment.header.sequence === INIT_SEQUENCE;
            if (isFirst && located.device === device) present.set(channel.id, { ...located, id: channel.id });
            on.fragment(fragment, device);
          },
        },
      };
    },
  };
}
