import type { AuditEvent } from '../../contract/audit.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { isAllowed } from '../../contract/policy.ts';
import { errorOf, ok, type Result, type TallylightError } from '../../contract/result.ts';
import type { DeletionsRequest } from '../../contract/wire.ts';
import { holdToken } from '../auth/token.ts';
import { openDelivery } from '../delivery/delivery.ts';
import { type Exchange, openExchange } from '../delivery/exchange.ts';
import { orLetGo } from '../delivery/let-go.ts';
import { retryDelayMs } from '../delivery/retry-schedule.ts';
import { serviceClient } from '../delivery/service-client.ts';
import { type Line, openUplink, type Uplink } from '../delivery/uplink.ts';
import type { Connection, Grant, Log } from '../host.ts';
import type { PolicyKeeper } from '../policy/keeper.ts';
import type { RecordingFacts } from '../vault/facts.ts';
import type { Recording } from '../vault/recording.ts';
import type { Vault } from '../vault/vault.ts';
import { conclude } from './conclude.ts';
import { eraseOneDeleted } from './deletions.ts';
import { hasToGo, purgeChannel, purgeWhereAgreed } from './purge.ts';
import { hasOpenRevocation, revocationsOf } from './revocations.ts';

/** What no connection and no other token mends: the service says that it has everything, or the recording does not open here. */
const TOLD: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'receipt-untrusted',
  'vault-damaged',
  'vault-version',
  'key-elsewhere',
]);

/** What is to be sent waits for the answer, and is sent all the same where there is none. */
const ATTEMPTS_AT_DELETIONS = 2;

export type PendingParts = {
  readonly vault: Vault;
  readonly policies: PolicyKeeper;
  readonly connection: Connection;
  readonly log: Log;
  readonly audit: (event: AuditEvent) => Promise<unknown>;
  readonly now: () => Date;
  /** The way out that it shares with other deliveries; one of its own where it is left out. */
  readonly uplink?: Uplink;
  /** Something to tell that ends nothing. */
  readonly trouble: (error: TallylightError) => void;
  /** A crash had cut it off, and it is finished with what was stored. */
  readonly recovered?: (facts: RecordingFacts) => void;
  /** For whoever waits for it: that it gets on, and what hinders it, told with every attempt in vain. */
  readonly watch?: { readonly change: () => void; readonly hindered: (error: TallylightError) => void };
};

/** A delivery in the background that can be let go. */
export type PendingDelivery = {
  readonly sessionId: string;
  readonly done: Promise<Result<void>>;
  readonly close: () => void;
};

/**
 * Session ids of the recordings of earlier runs that are not done with: the service does not hold them completely, or
 * does not know that a consent was taken back, or the copy here was to go and did not. Reads no media. A deletion that was
 * cut short is finished and noted before; where that fails it is told, and the rest goes on.
 */
export async function unfinished({
  vault,
  log,
  audit,
  trouble,
}: Pick<PendingParts, 'vault' | 'log' | 'audit' | 'trouble'>): Promise<string[]> {
  const { finished, failed } = await vault.sweep();
  if (finished.length > 0) log('vault.swept', { recordings: finished.length });
  for (const error of failed) {
    log('vault.not-swept', { code: error.code, detail: error.detail ?? null });
    trouble(error);
  }
  for (const cut of finished) await audit({ type: 'recording.purged', ...cut, reason: 'cut-short' });
  const found: string[] = [];
  for (const id of await vault.list()) {
    const facts = await vault.facts(id);
    if (!facts.ok) {
      log('vault.unreadable', { id, code: facts.error.code, detail: facts.error.detail ?? null });
      trouble(facts.error);
    } else if (!isDone(facts.value)) found.push(id);
  }
  return found;
}

function isDone(facts: RecordingFacts): boolean {
  return facts.delivered && !hasToGo(facts) && !hasOpenRevocation(facts);
}

/** Sends one recording of an earlier run. A recording that a crash cut off ends with its last whole fragment. */
export function deliverPending(sessionId: string, parts: PendingParts): PendingDelivery {
  const closing = new AbortController();
  const done = send(sessionId, parts, closing.signal).then((result) => {
    if (result.ok) parts.log('delivery.caught-up', { sessionId });
    else {
      const { code, detail = null } = result.error;
      parts.log('delivery.waits', { sessionId, code, detail });
      // Nothing else would tell why it is not done.
      if (TOLD.has(code)) parts.trouble(result.error);
    }
    return result;
  });
  return { sessionId, done, close: () => closing.abort() };
}

async function send(sessionId: string, parts: PendingParts, closing: AbortSignal): Promise<Result<void>> {
  const { connection, log, audit, now, uplink = openUplink() } = parts;
  const opened = await parts.vault.open(sessionId);
  if (!opened.ok) return opened;
  const recording = opened.value;
  await eraseWhatWasRevoked(recording, parts);
  const facts = recording.facts();
  if (facts.delivered && !hasOpenRevocation(facts)) return purgeWhereAgreed(recording, audit);
  // What is damaged stays here as it is, for whoever is to look at it; all that comes before it is sent.
  const damage = recording.damage();
  if (damage !== undefined) parts.trouble(damage);
  const mended = await recording.forgetMendedCuts();
  if (!mended.ok) return mended;
  if (facts.ended === null) {
    const finished = await recording.change({ ended: endOf(recording, now()) });
    if (!finished.ok) return finished;
    const { sessionId, ended } = recording.facts();
    await audit({ type: 'session.recovered', sessionId, activeMs: ended?.activeMs ?? 0 });
    parts.recovered?.(recording.facts());
  }
  // Your backend is asked over it too; where the service is by now is not known yet.
  const line = uplink.line(facts.server, 'earlier');
  const grant = await reopened(connection, facts, line, closing);
  if (!grant.ok) return grant;
  const tokens = holdToken({
    grant: grant.value,
    connection,
    log,
    now: () => now().getTime(),
  });
  const exchange = openExchange(
    tokens,
    {
      connected: (isConnected) => {
        if (isConnected) parts.watch?.change();
        else parts.watch?.hindered(errorOf('service-unreachable'));
      },
      refused: (error) => parts.watch?.hindered(error),
    },
    Math.random,
    uplink.line(grant.value.server, 'earlier'),
  );
  closing.addEventListener('abort', exchange.close);
  if (closing.aborted) exchange.close();
  try {
    return await sendWith(recording, { grant: grant.value, exchange }, parts);
  } finally {
    tokens.stop();
  }
}

/** Sends what waits to whoever is the service now, once that is known: what it is to hold or to forget is its own business. */
async function sendWith(
  recording: Recording,
  { grant, exchange }: { readonly grant: Grant; readonly exchange: Exchange },
  { log, audit, policies, trouble, watch }: PendingParts,
): Promise<Result<void>> {
  const { sessionId, delivered, localCopy } = recording.facts();
  // The service may have moved since: your backend says where it is now.
  const { server } = grant;
  const client = serviceClient(server, sessionId);
  const ask = (request: DeletionsRequest) =>
    exchange.insist((token) => client.deletions(token, request), ATTEMPTS_AT_DELETIONS);
  if (await eraseOneDeleted(recording, { server, ask }, { policies, audit, log })) return ok(undefined);
  const policy = await exchange.insist(async (token) => {
    const view = await client.session(token);
    return view.ok ? policies.accept(grant, view.value, client.keys) : view;
  });
  if (!policy.ok) return policy;
  const revocations = revocationsOf({ sessionId, recording, client, exchange, log, trouble });
  if (delivered) {
    await revocations.tell();
    return purgeWhereAgreed(recording, audit);
  }
  if (localCopy !== policy.value.localCopy && localCopy === 'keep') {
    const noted = await recording.change({ localCopy: policy.value.localCopy });
    if (!noted.ok) return noted;
  }
  const { channels, ended } = recording.facts();
  const stuck = (error: TallylightError) => log('delivery.stuck', { sessionId, code: error.code });
  const delivery = openDelivery(
    channels.filter(({ mode }) => mode === 'keep'),
    recording,
    client,
    exchange,
    {
      change: () => watch?.change(),
      trouble: (_channelId, error) => stuck(error),
      over: stuck,
      // Nothing of it is being captured any more.
      forbidden: () => undefined,
    },
  );
  for (const { id, kind } of channels)
    if (!isAllowed(policy.value, kind, 'keep')) delivery.cut(id, 'policy-forbids');
  return conclude({
    sessionId,
    server,
    policies,
    recording,
    delivery,
    revocations,
    durationMs: ended?.durationMs ?? 0,
    activeMs: ended?.activeMs ?? 0,
    live: ended?.live ?? [],
    audit,
    trouble: (error) => (error.code === 'delivery-unnoted' ? trouble(error) : stuck(error)),
    cut: trouble,
  });
}

/** What a crash came before. */
export async function eraseWhatWasRevoked(
  recording: Recording,
  { audit, log }: Pick<PendingParts, 'audit' | 'log'>,
): Promise<void> {
  const { sessionId, revoked = [], erased = [], channels } = recording.facts();
  for (const { channelId, erase } of revoked) {
    const isKept = channels.some(({ id, mode }) => id === channelId && mode === 'keep');
    if (!erase || !isKept || erased.includes(channelId)) continue;
    const done = await purgeChannel(recording, channelId, 'consent-revoked', audit);
    if (!done.ok) log('consent.not-erased', { sessionId, channelId, code: done.error.code });
  }
}

/** A fresh token for a session of before: asked for until your backend says yes or no. */
async function reopened(
  connection: Connection,
  { server, sessionId }: RecordingFacts,
  line: Line,
  closing: AbortSignal,
): Promise<Result<Grant>> {
  for (let attempt = 1; ; attempt++) {
    const grant = await orLetGo(connection.reopen(server, sessionId), closing);
    if (grant.ok || !grant.error.retryable || closing.aborted) return grant;
    if (await line.pause(retryDelayMs(attempt, Math.random()), closing)) attempt = 0;
  }
}

/** The end of a recording that a crash cut off: that of its last whole fragment. */
export function endOf(recording: Recording, now: Date) {
  const stored = recording
    .facts()
    .channels.flatMap(({ id }) => recording.fragments(id).map(({ header }) => header));
  const ends = stored.map((header) => header.startedAtMs + header.durationMs);
  const activeEnds = stored
    .filter(({ sequence }) => sequence > 0)
    .map((header) => header.startedAtMs + header.durationMs - header.pausedBeforeMs);
  return {
    at: now.toISOString(),
    durationMs: Math.max(0, ...ends),
    activeMs: Math.max(0, ...activeEnds),
    live: [],
  };
}
