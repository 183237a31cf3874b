import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { words } from '../words.ts';
import type { Choice } from './choices.ts';
import { namesWith } from './choices.ts';
import { listOf, size } from './format.ts';

const { complete } = words;

/** Bytes of what is kept: all of it, and what the service has a receipt for. */
export function keptBytes({ channels }: Snapshot): { readonly all: number; readonly delivered: number } {
  const kept = channels.filter(({ mode }) => mode === 'keep');
  return {
    all: kept.reduce((sum, { bytes }) => sum + bytes, 0),
    delivered: kept.reduce((sum, { bytes, deliveredBytes }) => sum + Math.min(bytes, deliveredBytes), 0),
  };
}

/** What became of everything, one sentence each: kept and verified, live only and gone, and the copy here. */
export function outcomeOf(snapshot: Snapshot): readonly string[] {
  const captured: readonly Choice[] = snapshot.channels
    .filter(({ takes, bytes }) => takes > 0 || bytes > 0)
    .map((channel) => ({ channel, mode: channel.mode, follows: null }));
  const kept = namesWith(captured, 'keep');
  const live = namesWith(captured, 'live');
  const gone = live.length === 0 ? [] : [complete.gone(listOf(live), live.length)];
  if (kept.length === 0) return [complete.nothing, ...gone];

  const { terms } = snapshot;
  const { all, delivered } = keptBytes(snapshot);
  const whole = delivered >= all;
  return [
    terms === null
      ? complete.keptSomewhere(listOf(kept), kept.length)
      : complete.kept(listOf(kept), terms.organisation, kept.length),
    whole ? complete.verified : complete.unverified(size(delivered), size(all)),
    ...(terms === null
      ? []
      : [terms.localCopy === 'purge-after-delivery' && whole ? complete.purged : complete.stays]),
    ...gone,
  ];
}
