import type { ChannelView, Lamp, PausedBy, SessionState, Snapshot } from '../../contract/bridge/snapshot.ts';
import { endedBy } from '../../contract/ended-by.ts';

export const APP_NAME = 'Tallylight';

/** What tray and title show of a snapshot: the same lamp, word and time everywhere. */
export type Sight = {
  readonly lamp: Lamp;
  readonly title: string;
  readonly tooltip: string;
  /** Holds no time, so that an open menu is not replaced every second. */
  readonly stateLine: string;
  readonly actions: readonly Action[];
};

export type Action = 'pause' | 'resume' | 'stop';

const WORDS: Readonly<Record<Lamp, string>> = {
  off: 'Off',
  live: 'Live',
  paused: 'Paused',
  trouble: 'Needs a look',
};

const ACTIONS: Readonly<Partial<Record<SessionState, readonly Action[]>>> = {
  consenting: ['stop'],
  starting: ['pause', 'stop'],
  recording: ['pause', 'stop'],
  paused: ['resume', 'stop'],
};

/** Windows cuts a longer tooltip. */
const TOOLTIP_CHARACTERS = 127;

export function sightOf(snapshot: Snapshot): Sight {
  const { lamp, session } = snapshot;
  const timed = session.startedAt !== null && lamp !== 'off';
  const now = timed ? `${WORDS[lamp]} ${elapsed(session.activeMs)}` : WORDS[lamp];
  const line = lineOf(snapshot);
  return {
    lamp,
    title: lamp === 'off' ? APP_NAME : `${now} – ${APP_NAME}`,
    tooltip: `${APP_NAME}: ${now}. ${line}`.slice(0, TOOLTIP_CHARACTERS),
    stateLine: `${WORDS[lamp]}. ${line}`,
    actions: ACTIONS[session.state] ?? [],
  };
}

/** What paused it may also end it; only the person's own pause waits for the person alone. */
const PAUSED: Readonly<Record<PausedBy, string>> = {
  person: 'Nothing is captured until you resume',
  'no-window': 'Nothing is captured until you resume',
  sleep: 'Nothing is captured until this computer wakes; then it goes on by itself',
  lock: 'Nothing is captured until you unlock the screen; then it goes on by itself',
};

function lineOf({ lamp, session, channels, trouble }: Snapshot): string {
  switch (lamp) {
    case 'off':
      return 'Nothing is being captured';
    case 'paused':
      return PAUSED[session.pausedBy ?? 'person'];
    case 'live':
      if (session.state === 'consenting')
        return 'Your screen is looked at for a moment; nothing of it is kept';
      return liveLine(channels.filter((channel) => channel.state === 'live'));
    case 'trouble': {
      if (trouble !== null) return trouble.message;
      // What was ended on purpose is as somebody wants it, and not what the lamp is about.
      const troubled = channels.find(
        (channel) => channel.trouble !== null && endedBy(channel.trouble) === null,
      );
      return troubled?.trouble
        ? `${troubled.name}: ${troubled.trouble.message}`
        : 'Open Tallylight to see what it is';
    }
  }
}

function liveLine(live: readonly ChannelView[]): string {
  const kept = live.filter((channel) => channel.mode === 'keep').length;
  const parts = [kept > 0 && `${kept} kept`, live.length > kept && `${live.length - kept} live only`];
  return parts.filter(Boolean).join(', ');
}

/** Minutes and seconds, `1:02:03` from an hour on. */
export function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
