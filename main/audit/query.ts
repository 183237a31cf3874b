import { z } from 'zod';
import type { AuditEntry, AuditEvent } from '../../contract/audit.ts';
import { fail, ok, type Result } from '../../contract/result.ts';

/** Which entries to tell; what is left out does not matter. */
export type AuditQuery = {
  readonly actor?: string;
  /** Id of a session or a channel, or the address of a service. */
  readonly object?: string;
  /** Unix time in milliseconds: from the first, before the second. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
};

export type AuditWish = {
  readonly actor?: string | undefined;
  readonly object?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
};

/** A day is its beginning in UTC. */
const moment = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })])
  .transform((text) => Date.parse(text));

/** Error: `usage` where a time is none of ISO 8601. */
export function auditQuery({ actor, object, since, until }: AuditWish): Result<AuditQuery> {
  const times = z.object({ since: moment.optional(), until: moment.optional() }).safeParse({ since, until });
  if (!times.success) {
    const [name] = times.error.issues[0]?.path ?? [];
    return fail('usage', `--${String(name)} takes a time as 2026-03-01 or 2026-03-01T10:00:00Z`);
  }
  return ok({
    ...(actor === undefined ? {} : { actor }),
    ...(object === undefined ? {} : { object }),
    ...(times.data.since === undefined ? {} : { sinceMs: times.data.since }),
    ...(times.data.until === undefined ? {} : { untilMs: times.data.until }),
  });
}

export function isAskedFor(entry: AuditEntry, { actor, object, sinceMs, untilMs }: AuditQuery): boolean {
  const atMs = Date.parse(entry.at);
  return (
    (actor === undefined || entry.actor === actor) &&
    (object === undefined || objectsOf(entry.event).includes(object)) &&
    (sinceMs === undefined || atMs >= sinceMs) &&
    (untilMs === undefined || atMs < untilMs)
  );
}

/** The session and the channels that an event is about, or the address of the service. */
function objectsOf(event: AuditEvent): string[] {
  if (event.type === 'consent.given') {
    const { sessionId, channels } = event.receipt.statement;
    return [sessionId, ...channels.map(({ id }) => id)];
  }
  if (event.type === 'trust.replaced') return [event.origin];
  if (event.type === 'audit.set-aside') return [event.folder];
  return [
    event.sessionId,
    ...('channelId' in event ? [event.channelId] : []),
    ...('channels' in event ? event.channels.map(({ id }) => id) : []),
    ...('ended' in event ? event.ended : []),
  ];
}
