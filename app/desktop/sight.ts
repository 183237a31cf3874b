import type { ChannelView, Lamp, SessionState, Snapshot } from '../../contract/bridge/snapshot.ts';
import { endedBy } from '../../contract/ended-by.ts';
import type { TallylightError } from '../../contract/result.ts';
import type { Told } from '../../contract/spoken/told.ts';
import type { Tongue } from './words.ts';

export const APP_NAME = 'Tallylight';

/** What the shell shows of a snapshot: the same lamp, word and time everywhere. */
export type Sight = {
  readonly lamp: Lamp;
  readonly title: string;
  readonly tooltip: string;
  /** These hold no time that goes on, so that an open menu is not replaced every second. */
  readonly stateLine: string;
  readonly sinceLine: string | null;
  readonly modeLines: readonly string[];
  readonly actions: readonly Action[];
  /** Whether the window shows what one agrees to; after a recording a new session has to be asked for first. */
  readonly isReady: boolean;
  /** Recorded time such as `41:07`; null while there is no recording. */
  readonly elapsed: string | null;
};

export type Action = 'start' | 'pause' | 'resume' | 'stop';

const ACTIONS: Readonly<Record<SessionState, readonly Action[]>> = {
  idle: ['start'],
  consenting: ['stop'],
  starting: ['pause', 'stop'],
  recording: ['pause', 'stop'],
  paused: ['resume', 'stop'],
  stopping: [],
  delivering: ['start'],
  complete: ['start'],
  failed: ['start'],
};

/** From the first device that may be open until the last is closed. */
const RUNNING: ReadonlySet<SessionState> = new Set(['starting', 'recording', 'paused', 'stopping']);

export function isRunning({ session }: Snapshot): boolean {
  return RUNNING.has(session.state);
}

/** Windows cuts a longer tooltip. */
const TOOLTIP_CHARACTERS = 127;

export function sightOf(snapshot: Snapshot, tongue: Tongue): Sight {
  const { words, spoken, timeOfDay } = tongue;
  const { lamp, session } = snapshot;
  const word = spoken.lamp[lamp];
  const timed = session.startedAt !== null && isRunning(snapshot);
  const time = timed ? elapsed(session.activeMs) : null;
  const now = time !== null && lamp !== 'off' ? `${word} ${time}` : word;
  const line = lineOf(snapshot, tongue);
  return {
    lamp,
    title: lamp === 'off' ? APP_NAME : `${now} – ${APP_NAME}`,
    tooltip: `${APP_NAME}: ${now}. ${line}`.slice(0, TOOLTIP_CHARACTERS),
    stateLine: lamp === 'live' && timed ? word : `${word}. ${line}`,
    sinceLine: timed && session.startedAt !== null ? words.since(timeOfDay(session.startedAt)) : null,
    modeLines: isRunning(snapshot) ? modeLines(snapshot, tongue) : [],
    actions: ACTIONS[session.state],
    isReady: session.state === 'idle',
    elapsed: time,
  };
}

function lineOf(snapshot: Snapshot, tongue: Tongue): string {
  const { words } = tongue;
  const { lamp, session } = snapshot;
  switch (lamp) {
    case 'off':
      return words.nothing;
    case 'paused':
      return words.paused[session.pausedBy ?? 'person'];
    case 'live':
      if (session.state === 'consenting') return words.looked;
      return modeLines(snapshot, tongue).join('. ');
    case 'trouble':
      return troubleLine(snapshot, tongue);
  }
}

function troubleLine({ trouble, channels }: Snapshot, tongue: Tongue): string {
  if (trouble !== null) return errorWords(trouble, tongue).message;
  const troubled = channels.find(isTroubled);
  if (troubled === undefined || troubled.trouble === null) return tongue.words.openForMore;
  const { message } = errorWords(troubled.trouble, tongue);
  return tongue.words.troubled(nameOf(troubled, tongue), message);
}

/** What is told of an error in the language that is spoken, whatever the words were that it came with. */
export function errorWords(
  { code, meaning }: Pick<TallylightError, 'code' | 'meaning'>,
  { spoken }: Pick<Tongue, 'spoken'>,
): Told {
  return meaning === undefined ? spoken.errors[code] : spoken.meanings[meaning];
}

/** A microphone is called what the system calls it; what main names by itself has its name in every language. */
export function nameOf(
  { id, kind, name }: Pick<ChannelView, 'id' | 'kind' | 'name'>,
  { spoken: { channel } }: Pick<Tongue, 'spoken'>,
): string {
  switch (kind) {
    case 'mic':
      return id === 'mic:default' ? channel.defaultMicrophone : name;
    case 'system_audio':
      return channel.systemAudio;
    case 'display':
      return `${channel.display} ${id.slice('display:'.length)}`;
  }
}

/** What was ended on purpose is as somebody wants it, and not what the lamp is about. */
export function isTroubled({ trouble }: Pick<ChannelView, 'trouble'>): boolean {
  return trouble !== null && endedBy(trouble) === null;
}

/** What is kept and what is passed on only, of the channels that have not ended. */
export function modeLines({ channels }: Snapshot, tongue: Tongue): readonly string[] {
  const { words, list } = tongue;
  const names = (mode: ChannelView['mode']) =>
    channels
      .filter((channel) => channel.mode === mode && channel.state !== 'ended' && channel.state !== 'lost')
      .map((channel) => nameOf(channel, tongue));
  const [kept, live] = [names('keep'), names('live')];
  return [
    ...(kept.length > 0 ? [words.kept(list(kept))] : []),
    ...(live.length > 0 ? [words.live(list(live))] : []),
  ];
}

/** Minutes and seconds, `1:02:03` from an hour on. */
export function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
