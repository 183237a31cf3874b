import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { Capture } from '../../main/host.ts';
import type { Printer } from './print.ts';

/** One line for each change of the session's state, of the lamp, of a channel's state, or of its trouble. */
export function tellStates(capture: Pick<Capture, 'onSnapshot'>, out: Printer): void {
  let last = '';
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
    for (const channel of chosen) tellTrouble(channel, session.state, told, out);
  });
}

/** Being paused, renewed or stopped also ends what is known of a trouble, which does not mean that it is over. */
function tellTrouble(
  { id, state, trouble }: Snapshot['channels'][number],
  session: Snapshot['session']['state'],
  told: Map<string, string>,
  out: Printer,
): void {
  if (trouble?.code === told.get(id)) return;
  if (trouble !== null) {
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
