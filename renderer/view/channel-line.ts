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

const { line: say } = words;

export function pixels({ area }: ChannelView): string | null {
  return area === undefined ? null : say.pixels(figure(area.width), figure(area.height));
}

/** What is missing of it, and what the last gap was because of. */
function gapsOf({ gaps, kind }: ChannelView): string | null {
  if (gaps.count === 0) return null;
  const said = say.gaps(count(gaps.count), gaps.count, span(gaps.seconds));
  const because: Readonly<Partial<Record<GapReason, (device: string) => string>>> = words.gap.because;
  const reason = gaps.lastReason === null ? undefined : because[gaps.lastReason];
  return reason === undefined ? said : say.gapsBecause(said, reason(words.gap.of[kind]));
}

function badgeOf(channel: ChannelView): Pick<ChannelLine, 'badge' | 'tone'> {
  if (isRevoked(channel)) return { badge: say.revoked, tone: 'plain' };
  if (channel.state === 'reconnecting') return { badge: say.reconnecting, tone: 'warn' };
  if (channel.state === 'lost') return { badge: say.lost, tone: 'warn' };
  if (channel.trouble !== null) return { badge: say.trouble, tone: 'warn' };
  if (channel.state === 'starting' && channel.bytes === 0) return { badge: say.starting, tone: 'plain' };
  if (channel.mode === 'live') return { badge: say.live, tone: 'plain' };
  return { badge: channel.bytes > 0 ? say.keptBytes(size(channel.bytes)) : say.kept, tone: 'keep' };
}

function keptFacts(
  channel: ChannelView,
  session: SessionState,
  tone: ChannelLine['tone'],
): (string | null)[] {
  if (channel.bytes === 0) return [channel.state === 'starting' ? null : say.nothing];
  if (channel.cutBy !== null) return [say.cut(size(channel.deliveredBytes)), say.onlyHere];
  const all = channel.deliveredBytes >= channel.bytes && channel.undeliveredSeconds === 0;
  const delivered = session === 'complete' ? say.verified : say.delivered;
  return [
    tone === 'warn' ? say.keptSoFar(size(channel.bytes)) : null,
    all ? delivered : say.undelivered(span(channel.undeliveredSeconds)),
  ];
}

function liveFacts(channel: ChannelView, session: SessionState): (string | null)[] {
  const { framesPerSecond, droppedFragments } = channel;
  return [
    framesPerSecond === null || channel.state !== 'live' ? null : say.rate(count(framesPerSecond)),
    droppedFragments === 0 ? null : say.dropped(count(droppedFragments), droppedFragments),
    session === 'complete' || session === 'failed' ? say.gone : say.noDisk,
  ];
}

/** `explained` is whether the note already tells what is wrong with this channel. */
export function channelLine(channel: ChannelView, snapshot: Snapshot, explained: boolean): ChannelLine {
  const badge = badgeOf(channel);
  const session = snapshot.session.state;
  if (isRevoked(channel)) return { ...badge, detail: line([say.revokedDetail, say.nothingMore]) };
  if (channel.trouble !== null && !explained)
    return { ...badge, detail: channelTold(channel.trouble, snapshot).message };
  const ended = channel.lastTakeEndedAt;
  const facts = [
    channelName(channel).device,
    session === 'paused' && ended !== null
      ? say.takeEnded(count(channel.takes), clockTime(ended, 'second'))
      : pixels(channel),
    ...(channel.mode === 'keep' ? keptFacts(channel, session, badge.tone) : liveFacts(channel, session)),
    gapsOf(channel),
  ];
  return { ...badge, detail: line(facts) };
}
