import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { errorOf, fail, ok, type Result, type TallylightError } from '../../contract/result.ts';
import { isTlsTrouble } from '../../contract/tls-trouble.ts';
import { readAuditLog } from '../audit/log.ts';
import { holdToken } from '../auth/token.ts';
import { openExchange } from '../delivery/exchange.ts';
import { serviceClient } from '../delivery/service-client.ts';
import { isSessionOver } from '../delivery/session-over.ts';
import type { Grant } from '../host.ts';
import { begin } from './agreeing.ts';
import type { BackgroundDelivery } from './background-delivery.ts';
import { withdrawn } from './consent.ts';
import { type CutOff, cutOffOf, GO_ON_MS, type Resumable, resumable } from './interrupted.ts';
import type { PolicySeen } from './opening.ts';
import { eraseWhatWasRevoked } from './pending.ts';
import { prepareAgain } from './prepare-again.ts';
import type { Drive, RecorderContext } from './recorder-context.ts';

type Offer = CutOff & {
  readonly grant: Grant;
  /** As it was when it was offered; looked at again before it goes on. */
  readonly resumable: Resumable;
  readonly untilMs: number;
};

/** What says nothing of the recording, only of the token that was shown for it. */
const OF_THE_TOKEN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'not-authorised',
  'token-expired',
  'token-foreign',
  'proof-refused',
]);

/** What says nothing of the recording either: the service is not reached, or is not the one that it should be. */
function isUnreached({ code }: TallylightError): boolean {
  return code === 'service-unreachable' || code === 'service-failed' || isTlsTrouble(code);
}

/** A recording that a crash cut off minutes ago: offered to the person, who alone can make it go on. */
export type GoingOn = {
  /**
   * Which of these recordings of earlier runs is held back for the person's word; undefined: none. Asked once. Where something
   * else is recorded meanwhile, nothing is offered.
   */
  readonly hold: (sessionIds: readonly string[]) => Promise<string | undefined>;
  readonly view: () => Snapshot['interrupted'];
  /** Why nothing is offered; what was offered for too long is finished. */
  readonly refusal: () => TallylightError;
  /** Sees to it that what is offered goes on; the state machine is told what came of it. */
  readonly prepare: (drive: Drive & { readonly begun: () => void }) => Promise<void>;
  /** Finishes it where its time is over: a timer stands still while the machine sleeps. */
  readonly lapse: () => void;
  /** It does not go on. Error: `not-now` where nothing is offered. */
  readonly finish: () => Result<void>;
  /** Ends the delivery of one recording, or its offer; resolves when nothing reads it any more. */
  readonly letGo: (sessionId: string) => Promise<void>;
  readonly close: () => void;
};

export function goingOn(
  context: RecorderContext,
  deliveries: Pick<BackgroundDelivery, 'sendOne' | 'letGo'>,
  policySeen: PolicySeen,
): GoingOn {
  const { parts, state, policies, note, reached, logBug } = context;
  const { host, vault, now } = parts;
  let offer: Offer | undefined;
  let refusal = errorOf('not-now', 'nothing was cut off here');
  let isGoingOn = false;
  /** Nothing is offered any more. */
  let isPast = false;
  /** Erased, or about to be. */
  const gone = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  /** Of what was left to be tried again: it is sent whatever else begins. */
  let leftTimer: NodeJS.Timeout | undefined;

  async function found(sessionIds: readonly string[]): Promise<CutOff | undefined> {
    let last: CutOff | undefined;
    for (const id of sessionIds) {
      const facts = await vault.facts(id);
      if (!facts.ok || facts.value.ended !== null) continue;
      // Read only where it may be: days of a recording are many gigabytes.
      const written = await vault.lastWritten(id);
      if (written.ok && now().getTime() - written.value > GO_ON_MS) continue;
      const opened = await vault.open(id);
      const cut = opened.ok ? cutOffOf(opened.value, now().getTime()) : opened;
      if (!cut.ok) refusal = cut.error;
      else if (last === undefined || endOf(last) < endOf(cut.value)) last = cut.value;
    }
    return last;
  }

  /**
   * Asked once: where your backend or the service does not answer, it is finished like any other. Not on the command line,
   * where it can be asked for again, and what is refused there changes nothing.
   */
  async function hold(sessionIds: readonly string[]): Promise<string | undefined> {
    const cut = await found(sessionIds);
    if (cut === undefined || state.closed) return undefined;
    const { server, sessionId } = cut.recording.facts();
    await eraseWhatWasRevoked(cut.recording, { audit: note, log: host.log });
    const reopened = await host.connection.reopen(server, sessionId);
    const looked = reopened.ok ? await lookAt(cut, reopened.value) : reopened;
    const isNoMore = isPast || gone.has(sessionId) || state.closed;
    if (!reopened.ok || !looked.ok || isNoMore) {
      if (!looked.ok) refusal = looked.error;
      const isLeft = OF_THE_TOKEN.has(refusal.code) || (host.kind === 'cli' && isUnreached(refusal));
      if (!looked.ok && isLeft) return leave(cut);
      host.log('interrupted.finished', { sessionId, code: refusal.code, detail: refusal.detail ?? null });
      return undefined;
    }
    const untilMs = endOf(cut) + GO_ON_MS;
    offer = { ...cut, grant: reopened.value, resumable: looked.value, untilMs };
    timer = setTimeout(expire, Math.max(0, untilMs - now().getTime()));
    host.log('interrupted.offered', { sessionId });
    parts.onChange();
    return sessionId;
  }

  /** A token that does not serve takes nothing away: it may be tried with another one until it is too late. */
  function leave(cut: CutOff): string {
    const { sessionId } = cut.recording.facts();
    host.log('interrupted.left', { sessionId, code: refusal.code });
    const leftMs = Math.max(0, endOf(cut) + GO_ON_MS - now().getTime());
    if (!state.closed) leftTimer = setTimeout(() => deliveries.sendOne(sessionId), leftMs);
    return sessionId;
  }

  async function lookAt(cut: CutOff, grant: Grant): Promise<Result<Resumable>> {
    const client = serviceClient(grant.server, grant.sessionId);
    return lookedAt(cut, grant, () => client.session(grant.token));
  }

  async function lookedAt(
    cut: CutOff,
    grant: Grant,
    look: Parameters<typeof resumable>[2]['look'],
  ): Promise<Result<Resumable>> {
    const listed = await parts.listChannels();
    if (!listed.ok) return listed;
    const client = serviceClient(grant.server, grant.sessionId);
    const { channels } = listed.value;
    return resumable({ grant, client }, cut, { look, policies, listed: channels, nowMs: now().getTime() });
  }

  function expire(): void {
    if (!isGoingOn) end();
  }

  function isOver({ untilMs }: Offer): boolean {
    return now().getTime() >= untilMs;
  }

  function lapse(): void {
    if (offer !== undefined && isOver(offer)) expire();
  }

  function withdraw(): Offer | undefined {
    const was = offer;
    offer = undefined;
    clearTimeout(timer);
    return was;
  }

  /** What is being prepared to go on is not sent beside it. */
  function finish(): Result<void> {
    isPast = true;
    return isGoingOn ? fail('not-now', 'it is going on') : end();
  }

  function end(): Result<void> {
    const was = withdraw();
    if (was === undefined) return fail('not-now', 'nothing is offered');
    refusal = errorOf('not-now', 'it was finished');
    deliveries.sendOne(was.recording.facts().sessionId);
    parts.onChange();
    return ok(undefined);
  }

  async function prepare(drive: Drive & { readonly begun: () => void }): Promise<void> {
    lapse();
    const offered = offer;
    if (offered === undefined || state.consent === undefined) return drive.refuse(refusal);
    isGoingOn = true;
    const { signal } = state.consent.withdrawal;
    const { grant } = offered;
    const { sessionId } = grant;
    const client = serviceClient(grant.server, sessionId, {
      policyVersion: (version) => policySeen(sessionId, version),
    });
    const { connection, log } = host;
    const tokens = holdToken({ grant, connection, log, now: () => now().getTime() });
    const asking = openExchange(tokens, { connected: reached });
    signal.addEventListener('abort', asking.close);
    if (signal.aborted) asking.close();
    try {
      const looked = await lookedAt(offered, grant, () => asking.insist(client.session, 2));
      const again = looked.ok ? await readyAgain(offered, looked.value, signal) : looked;
      // Erased meanwhile, it goes on no more.
      const isTakenBack = () => signal.aborted || offer !== offered;
      if (!looked.ok || !again.ok || isTakenBack()) {
        tokens.stop();
        return refuse(drive, again.ok || isTakenBack() ? withdrawn().error : again.error);
      }
      // The machine may have slept since the press.
      if (isOver(offered)) {
        tokens.stop();
        return refuse(drive, errorOf('not-now', 'its time is over'));
      }
      const { prepared, channels, off, earlier, earlierTakes, gapMs } = again.value;
      const { view, policy } = looked.value;
      const atMs = prepared.clock.nowMs();
      const connected = { grant, tokens, client, view, policy };
      const before = state.connected;
      state.connected = connected;
      const written = await note({ type: 'session.resumed', sessionId, atMs, gapMs });
      if (!written.ok || isTakenBack()) {
        state.connected = before;
        tokens.stop();
        return refuse(drive, written.ok ? withdrawn().error : written.error);
      }
      withdraw();
      before?.tokens.stop();
      const active = begin(context, drive, { connected, prepared, channels, earlier, earlierTakes });
      for (const [id, error] of off) active.run.refuse(new Set([id]), error).catch(logBug);
      if (view.status === 'paused')
        active.told = active.exchange.insist((token) => client.resume(token, atMs), 3).catch(logBug);
      drive.happen({ type: 'consented' });
      drive.begun();
    } finally {
      isGoingOn = false;
    }
  }

  async function readyAgain(offered: Offer, looked: Resumable, signal: AbortSignal) {
    const story = await readAuditLog(host.dataDir);
    if (!story.ok) return story;
    return prepareAgain(offered, looked, {
      ...parts,
      seesLock: parts.seesLock === true,
      story: story.value.map(({ event }) => event),
      look: {
        signal,
        opened: (isOpen) => {
          state.isLooking = isOpen;
          parts.onChange();
        },
      },
    });
  }

  /** It may be tried again as long as it is offered; what the service takes no more of is finished at once. */
  function refuse(drive: Drive, error: TallylightError): void {
    drive.refuse(error);
    if (offer !== undefined && (isSessionOver(error) || isOver(offer))) end();
  }

  return {
    hold,
    view: () => (offer === undefined || isOver(offer) ? null : viewOf(offer)),
    refusal: () => {
      lapse();
      return refusal;
    },
    prepare,
    lapse,
    finish,
    letGo: (sessionId) => {
      gone.add(sessionId);
      if (offer?.recording.facts().sessionId === sessionId) withdraw();
      return deliveries.letGo(sessionId);
    },
    close: () => {
      clearTimeout(leftTimer);
      withdraw();
    },
  };
}

/** Unix time in milliseconds. */
function endOf({ anchorWallMs, endedMs }: CutOff): number {
  return anchorWallMs + endedMs;
}

function viewOf(offer: Offer): NonNullable<Snapshot['interrupted']> {
  const { sessionId, title, startedAt } = offer.recording.facts();
  return {
    sessionId,
    title,
    startedAt,
    cutOffAt: new Date(endOf(offer)).toISOString(),
    untilAt: new Date(offer.untilMs).toISOString(),
    activeMs: offer.activeMs,
    channels: offer.resumable.wanted.map(({ agreed: { channel, mode }, out }) => ({
      id: channel.id,
      name: channel.name,
      kind: channel.kind,
      mode,
      goesOn: out === null,
    })),
  };
}
