import type { ChannelView, GapReason, SessionState, Snapshot } from '../../contract/bridge/snapshot.ts';
import { words } from '../words.ts';
import { channelName } from './channel-name.ts';
import { clockTime, count, figure, line, size, span } from './format.ts';
import { channelTold, isRevoked } from './midway.ts';

/** What a channel's row says while and after it is captured. */
export type ChannelLine = {
  readonly badge: string;
  readonly tone: 'keep' | 'plain' | 'warn';
  readonly detail: string;
};

export function pixels({ area }: ChannelView): string | null {
  return area === undefined ? null : words.line.pixels(figure(area.width), figure(area.height));
}

/** What is missing of it, and what the last gap was because of. */
function gapsOf({ gaps, kind }: ChannelView): string | null {
  if (gaps.count === 0) return null;
  const said = words.line.gaps(count(gaps.count), gaps.count, span(gaps.seconds));
  const because: Readonly<Partial<Record<GapReason, (device: string) => string>>> = words.gap.because;
  const reason = gaps.lastReason === null ? undefined : because[gaps.lastReason];
  return reason === undefined ? said : words.line.gapsBecause(said, reason(words.gap.of[kind]));
}

function badgeOf(channel: ChannelView): Pick<ChannelLine, 'badge' | 'tone'> {
  if (isRevoked(channel)) return { badge: words.line.revoked, tone: 'plain' };
  if (channel.state === 'reconnecting') return { badge: words.line.reconnecting, tone: 'warn' };
  if (channel.state === 'lost') return { badge: words.line.lost, tone: 'warn' };
  if (channel.trouble !== null) return { badge: words.line.trouble, tone: 'warn' };
  if (channel.state === 'starting' && channel.bytes === 0)
    return { badge: words.line.starting, tone: 'plain' };
  if (channel.mode === 'live') return { badge: words.line.live, tone: 'plain' };
  return {
    badge: channel.bytes > 0 ? words.line.keptBytes(size(channel.bytes)) : words.line.kept,
    tone: 'keep',
  };
}

function keptFacts(
  channel: ChannelView,
  session: SessionState,
  tone: ChannelLine['tone'],
): (string | null)[] {
  if (channel.bytes === 0) return [channel.state === 'starting' ? null : words.line.nothing];
  if (channel.cutBy !== null) return [words.line.cut(size(channel.deliveredBytes)), words.line.onlyHere];
  const all = channel.deliveredBytes >= channel.bytes && channel.undeliveredSeconds === 0;
  const delivered = session === 'complete' ? words.line.verified : words.line.delivered;
  return [
    tone === 'warn' ? words.line.keptSoFar(size(channel.bytes)) : null,
    all ? delivered : words.line.undelivered(span(channel.undeliveredSeconds)),
  ];
}

function liveFacts(channel: ChannelView, session: SessionState): (string | null)[] {
  const { framesPerSecond, droppedFragments } = channel;
  return [
    framesPerSecond === null || channel.state !== 'live' ? null : words.line.rate(count(framesPerSecond)),
    droppedFragments === 0 ? null : words.line.dropped(count(droppedFragments), droppedFragments),
    session === 'complete' || session === 'failed' ? words.line.gone : words.line.noDisk,
  ];
}

/** `explained` is whether the note already tells what is wrong with this channel. */
export function channelLine(channel: ChannelView, snapshot: Snapshot, explained: boolean): ChannelLine {
  const badge = badgeOf(channel);
  const session = snapshot.session.state;
  if (isRevoked(channel))
    return { ...badge, detail: line([words.line.revokedDetail, words.line.nothingMore]) };
  if (channel.trouble !== null && !explained)
    return { ...badge, detail: channelTold(channel.trouble, channel, snapshot).message };
  const ended = channel.lastTakeEndedAt;
  const facts = [
    channelName(channel).device,
    session === 'paused' && ended !== null
      ? words.line.takeEnded(count(channel.takes), clockTime(ended, 'second'))
      : pixels(channel),
    ...(channel.mode === 'keep' ? keptFacts(channel, session, badge.tone) : liveFacts(channel, session)),
    gapsOf(channel),
  ];
  return { ...badge, detail: line(facts) };
}
