import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { TallylightError } from '../../contract/result.ts';
import { sentenceOf } from '../../contract/spoken/spoken.ts';
import type { Told } from '../../contract/spoken/told.ts';
import type { Face } from '../store/face.ts';
import { words } from '../words.ts';
import { channelName } from './channel-name.ts';
import { errorWords } from './error-words.ts';
import { clockTime, span } from './format.ts';
import { channelTold, isRevoked, sessionTold } from './midway.ts';
import {
  isAllowedByNow,
  isRefused,
  mayStandInTheWay,
  type PermissionQuestion,
  type StepCall,
  standsInTheWay,
  stepOf,
} from './permission.ts';
import { isChoosing, isRunning } from './states.ts';

type Trouble = Told & Pick<TallylightError, 'code'> & { readonly detail?: string | undefined };

/** The one note. `alert` interrupts a screen reader; the connection's absence is announced once and quietly. */
export type Note = {
  readonly subject: 'trouble' | 'permission' | 'connection' | 'settings';
  readonly alert: boolean;
  /** The channel it is about, or null. */
  readonly channelId: string | null;
  readonly name: string | null;
  readonly message: string;
  readonly action: string;
  readonly code: string | null;
  readonly detail: string | null;
  /** A line to copy into a terminal. */
  readonly command: string | null;
  /** What one button does about it. */
  readonly step: {
    readonly call: StepCall;
    readonly label: { readonly ready: string; readonly busy: string };
  } | null;
};

function noteOf(trouble: Trouble, channelId: string | null = null, name: string | null = null): Note {
  const { code, message, action, detail = null } = trouble;
  return {
    subject: 'trouble',
    alert: true,
    channelId,
    name,
    message,
    action,
    code,
    detail,
    command: null,
    step: null,
  };
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
    subject: 'connection',
    alert: false,
    channelId: null,
    name: null,
    message: left + message,
    action,
    code: null,
    detail: null,
    command: null,
    step: null,
  };
}

/** The defaults apply; what was set before is still there to be read. */
function settingsNote(file: string): Note {
  const { message, action } = words.note.settingsAside;
  return {
    subject: 'settings',
    alert: false,
    channelId: null,
    name: null,
    message,
    action: action(file),
    code: null,
    detail: null,
    command: null,
    step: null,
  };
}

/** In the system's own terms: what it says, and the one step that is next. */
function permissionNote({ permission, channel }: PermissionQuestion, snapshot: Snapshot): Note {
  const { said, nextStep } = permission;
  const next = nextStep === null ? '' : sentenceOf(nextStep.said, words.spoken);
  const step = stepOf(permission, snapshot.canReopen);
  const isFinishing = step?.call.name === 'app.reopen' && isRunning(snapshot.session.state);
  return {
    subject: 'permission',
    alert: isRefused(permission),
    channelId: channel?.id ?? null,
    name: null,
    message: sentenceOf(said, words.spoken),
    action: [next, isFinishing ? words.permission.finishes : ''].filter(Boolean).join(' '),
    code: null,
    detail: null,
    command: nextStep?.command ?? null,
    step,
  };
}

function isOfPermission({ code }: Pick<TallylightError, 'code'>): boolean {
  return code === 'permission-denied';
}

/**
 * At most one: what the person asked for and did not get, then a permission that stands in the way, the session, a
 * permission that may, a channel, the connection, the settings. Where the permission itself can speak, the refusal for it does not.
 */
export function noteFor({ snapshot, refused }: Face): Note | null {
  if (snapshot === null) return null;
  const { trouble } = snapshot;
  if (refused !== null && !isOfPermission(refused)) return noteOf({ ...refused, ...errorWords(refused) });
  const blocking = standsInTheWay(snapshot);
  if (blocking !== null) return permissionNote(blocking, snapshot);
  if (trouble !== null && !isOfPermission(trouble))
    return noteOf({ ...trouble, ...sessionTold(trouble, snapshot) });
  const open = mayStandInTheWay(snapshot);
  if (open !== null) return permissionNote(open, snapshot);
  const denied = refused ?? trouble;
  if (denied !== null && !isAllowedByNow(snapshot)) return noteOf({ ...denied, ...errorWords(denied) });
  const channel = snapshot.channels.find(
    (one) => one.mode !== 'off' && one.trouble !== null && !isRevoked(one),
  );
  if (channel !== undefined && channel.trouble !== null) {
    const told = { ...channel.trouble, ...channelTold(channel.trouble, channel, snapshot) };
    return noteOf(told, channel.id, channelName(channel).name);
  }
  if (isOffline(snapshot)) return offlineNote(snapshot);
  const { setAside } = snapshot.settings;
  return setAside !== null && isChoosing(snapshot.session.state) ? settingsNote(setAside) : null;
}
