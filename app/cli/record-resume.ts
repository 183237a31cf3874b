import { type Snapshot, snapshot as snapshotSchema } from '../../contract/bridge/snapshot.ts';
import { fail } from '../../contract/result.ts';
import { givenGrant } from '../../main/auth/your-backend.ts';
import type { Capture, Connection, Grant } from '../../main/host.ts';
import { type Printer, printable } from './print.ts';
import { recordToEnd, stopOnSignals } from './record-end.ts';
import { tellStates } from './record-states.ts';

/** The grant is for the session that was cut off, and no other is opened with it. */
export function grantToGoOn(grant: Grant): Connection {
  return { ...givenGrant(grant), open: async () => fail('not-now', 'no other session is opened') };
}

/** Goes on with what a crash cut off. Giving the command is the person's word that it does, and it says to what. */
export async function goOn(capture: Capture, seconds: number | undefined, out: Printer): Promise<number> {
  // Answered when everything of before was looked at.
  const looked = await capture.call('channels.refresh', {});
  if (!looked.ok) return out.failed(looked.error);
  const offered = snapshotSchema.safeParse(looked.value).data?.interrupted ?? null;
  if (offered !== null) out.note(goOnText(offered));
  const stop = stopOnSignals(capture);
  tellStates(capture, out);
  const goesOn = await capture.call('interrupted.continue', {});
  if (!goesOn.ok) return out.failed(goesOn.error);
  const before = (offered?.activeMs ?? 0) / 1000;
  return recordToEnd(capture, seconds === undefined ? undefined : before + seconds, stop, out);
}

function goOnText({ sessionId, cutOffAt, activeMs, channels }: NonNullable<Snapshot['interrupted']>): string {
  const named = (which: (channel: (typeof channels)[number]) => boolean) =>
    channels
      .filter(which)
      .map(({ id }) => id)
      .join(', ');
  const kept = named(({ goesOn, mode }) => goesOn && mode === 'keep');
  const live = named(({ goesOn, mode }) => goesOn && mode === 'live');
  const off = named(({ goesOn }) => !goesOn);
  const lines = [
    `By running this command you go on with ${sessionId}, as you agreed when it began:`,
    ...(kept === '' ? [] : [`  kept, encrypted: ${kept}`]),
    ...(live === '' ? [] : [`  live only, never written to a disk: ${live}`]),
    ...(off === '' ? [] : [`  stays off, as it is gone or not allowed any more: ${off}`]),
    `  recorded so far: ${(activeMs / 1000).toFixed(1)} s; cut off at ${cutOffAt}; the time since then stays a gap`,
    'Ctrl+C stops. The consent receipt is in the audit log (`tallylight audit`).',
  ];
  return printable(lines.join('\n'));
}
