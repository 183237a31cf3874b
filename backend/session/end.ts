import type { Parts } from '../parts.ts';
import type { StreamRecord } from '../store/records.ts';

/** Tells the live subscribers of these streams that nothing follows, and forgets what memory holds of them. */
export async function endStreams(parts: Parts, streams: readonly StreamRecord[]): Promise<void> {
  for (const { id } of streams) parts.live.end(id);
  await parts.passedOn.forget(streams.map(({ id }) => id));
}
