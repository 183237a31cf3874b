import type { ChannelView } from '../../contract/bridge/snapshot.ts';

export type ChannelName = { readonly name: string; readonly device: string | null };

/** `Default microphone (Jabra Evolve2 65)` is a name and the device behind it. */
export function channelName({ name }: Pick<ChannelView, 'name'>): ChannelName {
  const [, short, device] = /^(.+?) \((.+)\)$/.exec(name) ?? [];
  return short === undefined || device === undefined ? { name, device: null } : { name: short, device };
}
