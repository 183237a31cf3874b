import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { endedBy } from '../../contract/ended-by.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { EN } from '../../contract/spoken/en.ts';
import { isSessionOver } from '../../main/delivery/session-over.ts';
import type { Capture } from '../../main/host.ts';
import type { Printer } from './print.ts';

/**
 * One line for each change of the session's state, of the lamp, of a channel's state, or of its trouble, and where policy
 * ends a channel or the recording.
 */
export function tellStates(capture: Pick<Capture, 'onSnapshot'>, out: Printer): void {
  let last = '';
  let before: Snapshot['session']['state'] = 'idle';
  const told = new Map<string, string>();
  capture.onSnapshot((snapshot) => {
    const { session, lamp } = snapshot;
    const chosen = snapshot.channels.filter(({ mode }) => mode !== 'off');
    const line = `${session.state}, light ${lamp}: ${chosen.map(({ id, state }) => `${id} ${state}`).join(', ')}`;
    if (line !== last) {
      last = line;
      out.line(line, {
        event: 'state',
        state: session.state,
        lamp,
        channels: chosen.map(({ id, mode, state, takes, bytes }) => ({ id, mode, state, takes, bytes })),
      });
    }
    tellSession(snapshot, before, told, out);
    before = session.state;
    tellWaits(snapshot.delivery.waits, told, out);
    for (const channel of chosen) tellTrouble(channel, session.state, told, out);
  });
}

/** Why what is kept is not sent, once. */
function tellWaits(waits: Snapshot['delivery']['waits'], told: Map<string, string>, out: Printer): void {
  if (waits === (told.get('waits') ?? null)) return;
  if (waits === null) told.delete('waits');
  else told.set('waits', waits);
  const because = waits === null ? null : EN.waits[waits];
  out.line(because ?? 'What is kept is sent again.', { event: 'waits', because });
}

/** Being paused, renewed or stopped also ends what is known of a trouble, which does not mean that it is over. */
function tellTrouble(
  { id, state, trouble }: Snapshot['channels'][number],
  session: Snapshot['session']['state'],
  told: Map<string, string>,
  out: Printer,
): void {
  if (trouble?.code === told.get(id)) return;
  if (trouble !== null && endedBy(trouble) === 'policy') {
    told.set(id, trouble.code);
    out.line(`${id} ended: the policy of your organisation changed and does not allow it any more.`, {
      event: 'ended',
      channel: id,
      code: trouble.code,
    });
  } else if (trouble !== null) {
    told.set(id, trouble.code);
    out.line(`${id}: ${trouble.message} ${trouble.action}`, {
      event: 'trouble',
      channel: id,
      code: trouble.code,
    });
  } else if (state === 'live' && session === 'recording') {
    told.delete(id);
    out.line(`${id}: That is over.`, { event: 'trouble', channel: id, code: null });
  }
}

/** What leaves the recording going on; what else a session is in trouble for is told when it has ended. */
const GOES_ON: ReadonlySet<ErrorCode> = new Set([
  'token-expired',
  'not-authorised',
  'policy-untrusted',
  'disk-low',
  'disk-full',
]);
/** No channel is called that. */
const SESSION = '';

function tellSession(
  { session, trouble }: Snapshot,
  before: Snapshot['session']['state'],
  told: Map<string, string>,
  out: Printer,
): void {
  const isOn = session.state === 'recording' || session.state === 'paused';
  if (trouble === null && isOn && told.get(SESSION) === 'disk-low') {
    told.delete(SESSION);
    out.line('There is room on the disk again.', { event: 'trouble', channel: null, code: null });
  }
  if (trouble === null || trouble.code === told.get(SESSION)) return;
  const { code, message, action } = trouble;
  // What comes of a full disk later, at the end of what the person stopped, is told with the end.
  const isEnded = code === 'disk-full' && session.state === 'stopping' && before !== 'stopping';
  if (isSessionOver(trouble) || isEnded) {
    told.set(SESSION, code);
    out.line(`The recording ended by itself. ${message}`, { event: 'ended', channel: null, code });
  } else if (GOES_ON.has(code) && isOn) {
    told.set(SESSION, code);
    out.line(`The recording goes on. ${message} ${action}`, { event: 'trouble', channel: null, code });
  }
}
