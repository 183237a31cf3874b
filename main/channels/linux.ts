import type { Channel, ChannelKind } from '../../contract/channel.ts';
import type { Result } from '../../contract/result.ts';
import type { ChannelList } from './channel-list.ts';
import type { ProcessEnv } from './host-env.ts';
import { listDisplayChannels } from './linux-displays.ts';
import { listSoundChannels } from './linux-sound.ts';

/** Microphones, system audio and displays of a Linux machine; what is not there is named in `missing`. */
export async function listLinuxChannels(env: ProcessEnv): Promise<ChannelList> {
  return listOf(await Promise.all([listSoundChannels(env), listDisplayChannels(env)]));
}

/** Those that are asked for together with this kind, and none of the others. */
export async function listLinuxKind(
  env: ProcessEnv,
  kind: ChannelKind,
  agreed?: Channel,
): Promise<ChannelList> {
  return listOf([await (kind === 'display' ? listDisplayChannels(env) : listSoundChannels(env, agreed))]);
}

function listOf(parts: readonly Result<Channel[]>[]): ChannelList {
  return {
    channels: parts.flatMap((part) => (part.ok ? part.value : [])),
    missing: parts.flatMap((part) => (part.ok ? [] : [part.error])),
  };
}
