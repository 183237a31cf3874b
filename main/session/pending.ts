import type { AuditEvent } from '../../contract/audit.ts';
import { ok, type Result } from '../../contract/result.ts';
import { holdToken } from '../auth/token.ts';
import { openDelivery } from '../delivery/delivery.ts';
import { openExchange } from '../delivery/exchange.ts';
import { serviceClient } from '../delivery/service-client.ts';
import type { Connection, Log } from '../host.ts';
import type { Recording } from '../vault/recording.ts';
import type { Vault } from '../vault/vault.ts';
import { conclude } from './conclude.ts';

export type PendingParts = {
  readonly vault: Vault;
  readonly connection: Connection;
  readonly log: Log;
  readonly audit: (event: AuditEvent) => Promise<unknown>;
  readonly now: () => Date;
};

/** A delivery in the background that can be let go. */
export type PendingDelivery = { readonly done: Promise<Result<void>>; readonly close: () => void };

/** Recordings of earlier runs that the service does not hold completely; damaged ones are told and left alone. */
export async function undelivered(vault: Vault, log: Log): Promise<Recording[]> {
  const found: Recording[] = [];
  for (const id of await vault.list()) {
    const recording = await vault.open(id);
    if (!recording.ok)
      log('vault.unreadable', { id, code: recording.error.code, detail: recording.error.detail ?? null });
    else if (!recording.value.facts().delivered) found.push(recording.value);
  }
  return found;
}

/** Sends one recording of an earlier run. A recording that a crash cut off ends with its last whole fragment. */
export function deliverPending(recording: Recording, parts: PendingParts): PendingDelivery {
  const { connection, log, audit, now } = parts;
  const facts = recording.facts();
  let close: () => void = () => undefined;

  async function run(): Promise<Result<void>> {
    if (facts.ended === null) {
      const finished = await recording.change({ ended: endOf(recording, now()) });
      if (!finished.ok) return finished;
    }
    const grant = await connection.reopen(facts.server, facts.sessionId);
    if (!grant.ok) return grant;
    const tokens = holdToken(grant.value, connection, log, () => now().getTime());
    const exchange = openExchange(tokens, { connected: () => undefined });
    // The service may have moved since: your backend knows where it is now.
    const client = serviceClient(grant.value.server, facts.sessionId);
    const delivery = openDelivery(
      facts.channels.filter(({ mode }) => mode === 'keep'),
      recording,
      client,
      exchange,
      {
        change: () => undefined,
        trouble: (channelId, error) => log('delivery.stuck', { channelId, code: error.code }),
      },
    );
    close = () => exchange.close();
    const ended = recording.facts().ended;
    const done = await conclude({
      sessionId: facts.sessionId,
      recording,
      delivery,
      durationMs: ended?.durationMs ?? 0,
      activeMs: ended?.activeMs ?? 0,
      live: ended?.live ?? [],
      audit,
      trouble: (error) => log('vault.unnoted', { sessionId: facts.sessionId, code: error.code }),
    });
    tokens.stop();
    return done;
  }

  return {
    done: run().then((result) => {
      log(result.ok ? 'delivery.caught-up' : 'delivery.waits', { sessionId: facts.sessionId });
      return result.ok ? ok(undefined) : result;
    }),
    close: () => close(),
  };
}

function endOf(recording: Recording, now: Date) {
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
