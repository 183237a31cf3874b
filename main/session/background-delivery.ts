import type { AuditEvent } from '../../contract/audit.ts';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { fingerprintOf } from '../../contract/consent.ts';
import type { Result, TallylightError } from '../../contract/result.ts';
import { retryDelayMs } from '../delivery/retry-schedule.ts';
import { isSessionGone } from '../delivery/session-over.ts';
import type { Uplink } from '../delivery/uplink.ts';
import type { Host } from '../host.ts';
import type { PolicyKeeper } from '../policy/keeper.ts';
import type { RecordingFacts } from '../vault/facts.ts';
import type { Vault } from '../vault/vault.ts';
import type { Active } from './active.ts';
import { conclude, tellForgotten } from './conclude.ts';
import { fewAtOnce } from './few-at-once.ts';
import { deliverPending, type PendingDelivery, unfinished } from './pending.ts';
import { eraseWhereDeleted } from './session-gone.ts';

/** How long quitting waits for what is on its way; the rest is sent at the next start. */
const QUIT_GRACE_MS = 2000;

/** Recordings of earlier runs that are open at once. */
const EARLIER_AT_ONCE = 4;

export type DeliveryParts = {
  readonly host: Pick<Host, 'connection' | 'log'>;
  readonly vault: Vault;
  readonly policies: PolicyKeeper;
  readonly audit: (event: AuditEvent) => Promise<unknown>;
  readonly now: () => Date;
  readonly uplink: Uplink;
  readonly on: {
    readonly change: () => void;
    /** Something to tell that ends nothing. */
    readonly trouble: (error: TallylightError) => void;
    /** The service took some channel not to its end: to tell where nothing weightier is told. */
    readonly cut: (error: TallylightError) => void;
    /** Something to tell of a recording of an earlier run. */
    readonly earlier: (error: TallylightError) => void;
    /** A bug that is nobody's to wait for. */
    readonly bug: (error: unknown) => void;
  };
};

/** What became of a delivery; a bug is thrown. */
export type Delivered = { readonly done: Result<void> } | { readonly bug: unknown };

/** What is on its way to the service while the session goes on or another one begins. */
export type BackgroundDelivery = {
  /** Delivers a recording that has stopped. Not waited for: a service that is down must not hold up what comes next. */
  readonly send: (recording: Active, over: (delivered: Delivered) => void) => void;
  /** What earlier runs left, before anything is recorded here, which would be taken for it. Bugs are told, not thrown. */
  readonly findEarlier: () => Promise<readonly string[]>;
  /** Sends it, but for what `hold` names. No recording waits for it, and its bugs end none. */
  readonly sendEarlier: (
    found: readonly string[],
    hold: (sessionIds: readonly string[]) => Promise<string | undefined>,
  ) => Promise<void>;
  /** Finishes and sends one of them. */
  readonly sendOne: (sessionId: string) => void;
  /** Ends the delivery of one recording; resolves when nothing reads it any more. */
  readonly letGo: (sessionId: string) => Promise<void>;
  /** How many are under way apart from this one. */
  readonly countBut: (recording: Active | undefined) => number;
  /** What a crash had cut off and this run has finished. */
  readonly recovered: () => Snapshot['delivery']['recovered'];
  /** Waits a little, then lets go of them: what is stored stays and goes on at the next start. */
  readonly close: () => Promise<void>;
  /** No earlier recording is begun with from here on. */
  readonly beginNoMore: () => void;
};

export function backgroundDelivery({
  host,
  vault,
  policies,
  audit,
  now,
  uplink,
  on,
}: DeliveryParts): BackgroundDelivery {
  const pending = new Set<PendingDelivery>();
  const saved: Snapshot['delivery']['recovered'] = [];
  // On this machine, so that it counts as no wait for a network; it ends when the machine wakes.
  const { pause } = uplink.line('http://localhost', 'earlier');
  const few = fewAtOnce(EARLIER_AT_ONCE, (attempt, signal) =>
    pause(retryDelayMs(attempt, Math.random()), signal),
  );
  let mayBegin = true;

  async function finish(recording: Active): Promise<Result<void>> {
    const sessionId = recording.view.session_id;
    const live = (await recording.delivery.finishLive()).map((said) => {
      const agreed = recording.channels.find(({ channel }) => channel.id === said.channel_id);
      return agreed === undefined ? said : { ...said, ...fingerprintOf(agreed.channel) };
    });
    await tellForgotten(sessionId, live, audit);
    const { endedMs: durationMs, activeMs } = recording;
    const ended = { at: now().toISOString(), durationMs, activeMs, live };
    const noted = await recording.recording?.change({ ended });
    // What is not noted here is read from the fragments themselves at the next start.
    if (noted?.ok === false) on.trouble(noted.error);
    const { server } = recording.grant;
    const known = { sessionId, server, policies, durationMs, activeMs, live, ended, audit };
    const done = await conclude({ ...recording, ...on, ...known });
    if (!done.ok && isSessionGone(done.error))
      await eraseWhereDeleted(recording, { policies, audit, log: host.log });
    return done;
  }

  function sendOne(id: string): void {
    if (!mayBegin) return;
    const { connection, log } = host;
    const trouble = on.earlier;
    const recovered = ({ sessionId, title, startedAt, ended }: RecordingFacts) => {
      // Of some nothing had been recorded yet.
      if (ended === null || ended.activeMs === 0) return;
      saved.push({ sessionId, title, startedAt, activeMs: ended.activeMs });
      on.change();
    };
    const parts = { vault, policies, connection, log, audit, now, uplink, trouble, recovered };
    const delivery = few.add(id, (giveWay) =>
      deliverPending(id, {
        ...parts,
        watch: {
          change: () => undefined,
          // What nobody but your backend or an admin can mend is not to hold up the others.
          hindered: ({ code }) => code !== 'service-unreachable' && giveWay(),
        },
      }),
    );
    pending.add(delivery);
    on.change();
    void delivery.done.catch(on.bug).finally(() => {
      pending.delete(delivery);
      on.change();
    });
  }

  return {
    send: (recording, over) => {
      const background: PendingDelivery = {
        sessionId: recording.view.session_id,
        done: finish(recording),
        close: () => recording.exchange.close(),
      };
      recording.sending = background;
      pending.add(background);
      const ended = (delivered: Delivered) => {
        pending.delete(background);
        recording.tokens.stop();
        on.change();
        over(delivered);
      };
      background.done.then(
        (done) => ended({ done }),
        (bug: unknown) => ended({ bug }),
      );
    },
    findEarlier: () =>
      unfinished({ vault, log: host.log, audit, trouble: on.earlier }).catch((error: unknown) => {
        on.bug(error);
        return [];
      }),
    sendEarlier: async (found, hold) => {
      const held = await hold(found).catch(on.bug);
      for (const id of found) if (id !== held) sendOne(id);
    },
    sendOne,
    letGo: async (sessionId) => {
      const own = [...pending].filter((delivery) => delivery.sessionId === sessionId);
      for (const delivery of own) delivery.close();
      await Promise.allSettled(own.map((delivery) => delivery.done));
    },
    recovered: () => saved,
    countBut: (recording) => [...pending].filter((delivery) => delivery !== recording?.sending).length,
    beginNoMore: () => {
      mayBegin = false;
    },
    close: async () => {
      const delivered = Promise.allSettled([...pending].map((delivery) => delivery.done));
      await Promise.race([delivered, once(QUIT_GRACE_MS)]);
      for (const delivery of pending) delivery.close();
      await delivered;
    },
  };
}

function once(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
