import type { ChannelView, Snapshot } from '../../contract/bridge/snapshot.ts';
import { words } from '../words.ts';
import { channelName } from './channel-name.ts';
import type { Choice } from './choices.ts';
import { namesWith } from './choices.ts';
import { listOf, size } from './format.ts';
import { isRevoked } from './midway.ts';

type Bytes = { readonly all: number; readonly delivered: number };

/** Bytes of what is kept, agreed to still, and taken by the service to its end: all of it, and what the service has a receipt for. */
export function keptBytes({ channels }: Pick<Snapshot, 'channels'>): Bytes {
  return bytesOf(channels.filter((channel) => !isRevoked(channel) && channel.cutBy === null));
}

function bytesOf(channels: readonly ChannelView[]): Bytes {
  const kept = channels.filter(({ mode }) => mode === 'keep');
  return {
    all: kept.reduce((sum, { bytes }) => sum + bytes, 0),
    delivered: kept.reduce((sum, { bytes, deliveredBytes }) => sum + Math.min(bytes, deliveredBytes), 0),
  };
}

function cutOf(channel: ChannelView): string {
  const { all, delivered } = bytesOf([channel]);
  return words.complete.cut(channelName(channel).name, size(delivered), size(all));
}

/** What lies here of what the service took wholly; `isCut`: something else stays here in any case. */
function copiesOf(whole: readonly Choice[], isCut: boolean): readonly string[] {
  const here = whole.filter(({ channel }) => channel.storedBytes > 0);
  if (here.length > 0) return [words.complete.stays];
  return [isCut ? words.complete.purgedOf(listOf(namesWith(whole, 'keep'))) : words.complete.purged];
}

/** What the service did not take to its end, one sentence each: the rest is only here. */
export function cutsOf({ channels }: Pick<Snapshot, 'channels'>): readonly string[] {
  return channels.filter(({ cutBy }) => cutBy !== null).map(cutOf);
}

/** What became of everything else, one sentence each: kept and verified, live only and gone, and the copy here. */
export function outcomeOf(snapshot: Snapshot): readonly string[] {
  const channels: readonly Choice[] = snapshot.channels
    .filter(({ takes, bytes }) => takes > 0 || bytes > 0)
    .map((channel) => ({ channel, mode: channel.mode, follows: null }));
  const captured = channels.filter(({ channel }) => !isRevoked(channel));
  const isCut = ({ channel }: Choice) => channel.cutBy !== null;
  const whole = captured.filter((one) => !isCut(one));
  const kept = namesWith(whole, 'keep');
  const live = namesWith(captured, 'live');
  const gone = live.length === 0 ? [] : [words.complete.gone(listOf(live), live.length)];
  const revokedNames = channels.flatMap(({ channel }) =>
    isRevoked(channel) ? [channelName(channel).name] : [],
  );
  const revoked = revokedNames.length === 0 ? [] : [words.complete.revoked(listOf(revokedNames))];
  const hasCut = channels.some(isCut);
  // What was stored of it before may be kept still.
  if (kept.length === 0)
    return [...(revoked.length === 0 && !hasCut ? [words.complete.nothing] : []), ...gone, ...revoked];

  const { terms } = snapshot;
  const { all, delivered } = bytesOf(whole.map(({ channel }) => channel));
  return [
    terms === null
      ? words.complete.keptSomewhere(listOf(kept), kept.length)
      : words.complete.kept(listOf(kept), terms.organisation, kept.length),
    verdictOf(delivered >= all, hasCut ? kept : [], { all, delivered }),
    ...copiesOf(whole, hasCut),
    ...gone,
    ...revoked,
  ];
}

/** Of `only` alone, where the service did not take everything. */
function verdictOf(isWhole: boolean, only: readonly string[], { all, delivered }: Bytes): string {
  if (!isWhole) return words.complete.unverified(size(delivered), size(all));
  return only.length === 0 ? words.complete.verified : words.complete.verifiedOf(listOf(only));
}
