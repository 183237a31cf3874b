import type { ChannelList } from './channel-list.ts';
import type { ProcessEnv } from './host-env.ts';
import { listDisplayChannels } from './linux-displays.ts';
import { listSoundChannels } from './linux-sound.ts';

/** Microphones, system audio and displays of a Linux machine; what is not there is named in `missing`. */
export async function listLinuxChannels(env: ProcessEnv): Promise<ChannelList> {
  const [sound, displays] = await Promise.all([listSoundChannels(env), listDisplayChannels(env)]);
  return {
    channels: [sound, displays].flatMap((part) => (part.ok ? part.value : [])),
    missing: [sound, displays].flatMap((part) => (part.ok ? [] : [part.error])),
  };
}
