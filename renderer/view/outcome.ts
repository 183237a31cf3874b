import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { words } from '../words.ts';
import { channelName } from './channel-name.ts';
import type { Choice } from './choices.ts';
import { namesWith } from './choices.ts';
import { listOf, size } from './format.ts';
import { isRevoked } from './midway.ts';

const { complete } = words;

/** Bytes of what is kept and agreed to still: all of it, and what the service has a receipt for. */
export function keptBytes({ channels }: Snapshot): { readonly all: number; readonly delivered: number } {
  const kept = channels.filter((channel) => channel.mode === 'keep' && !isRevoked(channel));
  return {
    all: kept.reduce((sum, { bytes }) => sum + bytes, 0),
    delivered: kept.reduce((sum, { bytes, deliveredBytes }) => sum + Math.min(bytes, deliveredBytes), 0),
  };
}

/** What became of everything, one sentence each: kept and verified, live only and gone, and the copy here. */
export function outcomeOf(snapshot: Snapshot): readonly string[] {
  const channels: readonly Choice[] = snapshot.channels
    .filter(({ takes, bytes }) => takes > 0 || bytes > 0)
    .map((channel) => ({ channel, mode: channel.mode, follows: null }));
  const captured = channels.filter(({ channel }) => !isRevoked(channel));
  const kept = namesWith(captured, 'keep');
  const live = namesWith(captured, 'live');
  const gone = live.length === 0 ? [] : [complete.gone(listOf(live), live.length)];
  const revokedNames = channels.flatMap(({ channel }) =>
    isRevoked(channel) ? [channelName(channel).name] : [],
  );
  const revoked = revokedNames.length === 0 ? [] : [complete.revoked(listOf(revokedNames))];
  // What was stored of it before may be kept still.
  if (kept.length === 0) return [...(revoked.length === 0 ? [complete.nothing] : []), ...gone, ...revoked];

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
    ...revoked,
  ];
}
