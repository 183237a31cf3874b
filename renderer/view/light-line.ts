import type { ChannelView, Snapshot } from '../../contract/bridge/snapshot.ts';
import { endedBy } from '../../contract/ended-by.ts';
import type { Face } from '../store/face.ts';
import { words } from '../words.ts';
import { channelLine } from './channel-line.ts';
import { channelName } from './channel-name.ts';
import { count } from './format.ts';
import { isOpening } from './states.ts';

/** What the small light says beside its lamp. */
export type LightLine = {
  /** Before the time; empty where the lamp and the time say it all. */
  readonly word: string;
  readonly timed: boolean;
  /** Which channel is in trouble and how; null where none is. */
  readonly trouble: string | null;
};

export function lightLine({ snapshot }: Face): LightLine {
  if (snapshot === null) return { word: words.lamp.unknown, timed: false, trouble: null };
  const { lamp, session } = snapshot;
  const trouble = troubleOf(snapshot);
  if (session.state === 'stopping') return { word: words.stopping.fact, timed: false, trouble };
  if (isOpening(snapshot)) return { word: words.starting.fact, timed: false, trouble };
  if (session.state !== 'starting' && session.state !== 'recording' && session.state !== 'paused')
    return { word: words.lamp[lamp], timed: false, trouble };
  return { word: lamp === 'live' || lamp === 'trouble' ? '' : words.lamp[lamp], timed: true, trouble };
}

/** What was ended on purpose is no trouble. */
function isTroubled({ trouble }: ChannelView): boolean {
  return trouble !== null && endedBy(trouble) === null;
}

function troubleOf(snapshot: Snapshot): string | null {
  const [first, ...others] = snapshot.channels.filter(isTroubled);
  if (first === undefined) return snapshot.trouble === null ? null : words.line.trouble;
  const said = `${channelName(first).name}: ${channelLine(first, snapshot, true).badge}`;
  return others.length === 0 ? said : `${said} +${count(others.length)}`;
}

/** The channels whose level the light shows: what is heard, while it is heard. */
export function meteredIn(snapshot: Snapshot): readonly ChannelView[] {
  return snapshot.channels.filter(({ kind, state }) => kind !== 'display' && state === 'live');
}
