import { endedBy } from '../../contract/ended-by.ts';
import { errorOf, ok } from '../../contract/result.ts';
import { clientKey } from '../auth/client-key.ts';
import { openExchange } from '../delivery/exchange.ts';
import type { EarlierTakes } from '../pipeline/pipeline-options.ts';
import { type Active, type ActiveParts, beginRecording } from './active.ts';
import { acceptPolicy } from './connect.ts';
import { withdrawn } from './consent.ts';
import { countersignedBy } from './countersigned.ts';
import { prepare } from './prepare.ts';
import type { Drive, RecorderContext } from './recorder-context.ts';
import { endStoring } from './recording-watch.ts';

export type Agreeing = Drive & {
  /** Another session is needed. */
  readonly openSession: (because: ReturnType<typeof errorOf>) => Promise<void>;
  /** Everything is in order; the devices may open. */
  readonly begun: () => void;
};

/** Sees to an agreement: what has to be in order before the first device, then the recording or its refusal. */
export async function prepareAgreed(context: RecorderContext, drive: Agreeing): Promise<void> {
  const { parts, state, choice, policies, note, reached, logBug } = context;
  const { refuse } = drive;
  const ready = state.connected;
  const { agreement, withdrawal } = state.consent ?? {};
  if (ready === undefined || agreement === undefined || withdrawal === undefined)
    return refuse(errorOf('service-unreachable'));
  const { signal } = withdrawal;
  const asking = openExchange(ready.tokens, { connected: reached });
  signal.addEventListener('abort', asking.close);
  if (signal.aborted) asking.close();
  const channels = choice.chosen();
  let isSpent = false;
  const prepared = await prepare({
    grant: ready.grant,
    client: ready.client,
    ask: (request) => asking.insist(request, 2),
    accept: (view) => acceptPolicy({ ...ready, policies, audit: note }, view),
    countersigned: (view, receipt) =>
      countersignedBy(ready.grant.server, view, receipt, { policies, key: clientKey }),
    key: clientKey,
    on: {
      terms: (terms) => {
        state.connected = { ...ready, ...terms };
      },
      untrusted: () => {
        state.connected = undefined;
        ready.tokens.stop();
      },
      spent: () => {
        isSpent = true;
      },
    },
    vault: parts.vault,
    freeBytes: parts.freeBytes,
    chosen: channels,
    agreement,
    act: parts.act,
    bug: logBug,
    seesLock: parts.seesLock === true,
    permitted: parts.permitted,
    shown: parts.shown ?? (async () => ok(undefined)),
    look: {
      signal,
      opened: (isOpen) => {
        state.isLooking = isOpen;
        parts.onChange();
      },
    },
    audit: note,
    newClock: parts.newClock,
    now: parts.now,
  });
  const isTakenBack = signal.aborted;
  if (prepared.ok && !isTakenBack) {
    begin(context, drive, { connected: ready, prepared: prepared.value, channels });
    drive.happen({ type: 'consented' });
    return drive.begun();
  }
  const { error } = isTakenBack || prepared.ok ? withdrawn() : prepared;
  if (isTakenBack) {
    if (prepared.ok) await prepared.value.recording?.erase();
    await note({ type: 'session.refused', sessionId: ready.grant.sessionId, code: 'consent-missing' });
  }
  refuse(error);
  if ((isSpent || isTakenBack) && !state.closed) await drive.openSession(error);
  else choice.settle(state.connected?.policy);
}

export type Begun = Pick<ActiveParts, 'connected' | 'prepared' | 'channels' | 'earlier'> & {
  /** What a channel had in an earlier run. */
  readonly earlierTakes?: (channelId: string) => EarlierTakes;
};

/** Puts the recording together; it runs with `consented`. */
export function begin(context: RecorderContext, drive: Drive, { earlierTakes, ...begun }: Begun): Active {
  const { parts, state, uplink, note, reached, tellTrouble } = context;
  const { sessionId } = begun.connected.grant;
  const { clock } = begun.prepared;
  const active = beginRecording({
    ...begun,
    openPipeline: (agreed, on) =>
      parts.openPipeline(sessionId, clock, agreed, on, earlierTakes?.(agreed.channel.id)),
    audit: note,
    log: parts.host.log,
    uplink,
    now: parts.now,
    on: {
      change: parts.onChange,
      witness: parts.witness ?? (() => undefined),
      fragment: (step, header) => parts.host.onFragment?.(step, header, clock.nowMs()),
      connected: reached,
      refused: tellTrouble,
      accepted: (over) => {
        if (state.trouble === over) state.trouble = null;
        parts.onChange();
      },
      arrived: () => state.session.state === 'starting' && drive.happen({ type: 'first-fragment' }),
      allLost: (error) => {
        const by = endedBy(error);
        drive.stopFor(by ?? 'all-channels-lost', by === null ? errorOf('channel-lost') : error);
      },
      storageFailed: (error) => endStoring(context, drive, error),
      stuck: tellTrouble,
      over: drive.over,
      bug: drive.broke,
    },
  });
  state.active = active;
  return active;
}
