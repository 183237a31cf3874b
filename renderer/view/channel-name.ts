import type { ChannelView } from '../../contract/bridge/snapshot.ts';
import { words } from '../words.ts';

export type ChannelName = { readonly name: string; readonly device: string | null };

/**
 * What a channel is called, and the device behind it. A microphone has the name that the system gives it; what main names
 * by itself (`contract/spoken`) is named here in the language of the face: `Default microphone (Jabra Evolve2 65)`.
 */
export function channelName({ id, kind, name }: Pick<ChannelView, 'id' | 'kind' | 'name'>): ChannelName {
  const [, short, device] = /^(.+?) \((.+)\)$/.exec(name) ?? [];
  const isPair = short !== undefined && device !== undefined;
  const named = isPair ? { name: short, device } : { name, device: null };
  switch (kind) {
    case 'mic':
      if (id !== 'mic:default') return named;
      return { ...named, name: isPair ? words.channel.defaultMicrophone : words.kind.mic };
    case 'system_audio':
      return { ...named, name: words.channel.systemAudio };
    case 'display':
      return { ...named, name: `${words.channel.display} ${id.slice('display:'.length)}` };
  }
}
