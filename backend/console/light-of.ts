import type { Parts } from '../parts.ts';
import type { SessionRecord, StreamRecord } from '../store/records.ts';
import type { Light } from './parts/light.ts';

/** A fragment is about 0.6 s long: after this much nothing is coming, whatever the status says. */
const QUIET_MS = 5000;

/** When the last fragment of a stream came, Unix time in milliseconds; null: none, or none that is remembered. */
async function lastArrivalMs(parts: Parts, stream: StreamRecord): Promise<number | null> {
  if (!stream.store) return (await parts.passedOn.last(stream.id))?.receivedAt ?? null;
  if (stream.last === null) return null;
  return (await parts.store.fragment(stream.id, stream.last))?.receivedAt ?? null;
}

/** The light of one channel of a session that is under way: live while bytes come, and not because somebody pressed start. */
export async function streamLight(
  parts: Parts,
  session: SessionRecord,
  stream: StreamRecord,
): Promise<Light> {
  if (stream.revokedAt !== null) return 'stopped';
  if (session.status !== 'active') return session.status;
  const arrivedMs = await lastArrivalMs(parts, stream);
  if (arrivedMs === null) return stream.fragments === 0 ? 'starting' : 'silent';
  return parts.clock() - arrivedMs < QUIET_MS ? 'live' : 'silent';
}

/** The light of a session: live where any of its channels is. */
export async function sessionLight(
  parts: Parts,
  session: SessionRecord,
  streams: readonly StreamRecord[],
): Promise<Light> {
  if (session.status !== 'active') return session.status;
  const lights = await Promise.all(streams.map((stream) => streamLight(parts, session, stream)));
  return (['live', 'silent', 'starting'] as const).find((each) => lights.includes(each)) ?? 'silent';
}
