import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { words } from '../words.ts';
import { count } from './format.ts';
import { isRevoked } from './midway.ts';

export type Count = { readonly mode: 'keep' | 'live'; readonly text: string };

/** `2 kept`, `1 live only`: how many channels of each, without the noughts. */
export function countsOf(snapshot: Snapshot): readonly Count[] {
  const channels = snapshot.channels.filter((channel) => !isRevoked(channel));
  const kept = channels.filter(({ mode }) => mode === 'keep').length;
  const live = channels.filter(({ mode }) => mode === 'live').length;
  return [
    ...(kept > 0 ? [{ mode: 'keep' as const, text: words.counts.kept(count(kept)) }] : []),
    ...(live > 0 ? [{ mode: 'live' as const, text: words.counts.live(count(live)) }] : []),
  ];
}
