import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { TallylightError } from '../../contract/result.ts';
import type { Face } from '../store/face.ts';
import { words } from '../words.ts';
import { channelName } from './channel-name.ts';
import { clockTime, span } from './format.ts';
import { isRunning } from './states.ts';

type Trouble = Pick<TallylightError, 'code' | 'message' | 'action'> & {
  readonly detail?: string | undefined;
};

/** The one note. `alert` interrupts a screen reader; the connection's absence is announced once and quietly. */
export type Note = {
  readonly alert: boolean;
  /** The channel it is about, or null. */
  readonly channelId: string | null;
  readonly name: string | null;
  readonly message: string;
  readonly action: string;
  readonly code: string | null;
  readonly detail: string | null;
};

function noteOf(trouble: Trouble, channelId: string | null = null, name: string | null = null): Note {
  const { code, message, action, detail = null } = trouble;
  return { alert: true, channelId, name, message, action, code, detail };
}

/** Whether a session is under way that the service should be hearing of. */
export function isOffline({ session, delivery }: Snapshot): boolean {
  const wanted = isRunning(session.state) || session.state === 'delivering';
  return wanted && delivery.connected === false;
}

function offlineNote({ channels, delivery }: Snapshot): Note {
  const { disconnectedSince: since, undeliveredSeconds } = delivery;
  const keeps = channels.some(({ mode }) => mode === 'keep');
  const message = since === null ? words.note.offline : words.note.offlineSince(clockTime(since));
  const left = undeliveredSeconds > 0 ? `${words.note.undelivered(span(undeliveredSeconds))} ` : '';
  const action = keeps ? words.note.keptHere : words.note.liveLost;
  return {
    alert: false,
    channelId: null,
    name: null,
    message: left + message,
    action,
    code: null,
    detail: null,
  };
}

/** At most one: what the person asked for and did not get, then the session, then a channel, then the connection. */
export function noteFor({ snapshot, refused }: Face): Note | null {
  if (snapshot === null) return null;
  if (refused !== null) return noteOf(refused);
  if (snapshot.trouble !== null) return noteOf(snapshot.trouble);
  const channel = snapshot.channels.find(({ mode, trouble }) => mode !== 'off' && trouble !== null);
  if (channel !== undefined && channel.trouble !== null)
    return noteOf(channel.trouble, channel.id, channelName(channel).name);
  return isOffline(snapshot) ? offlineNote(snapshot) : null;
}
