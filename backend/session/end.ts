import type { Parts } from '../parts.ts';
import type { StreamRecord } from '../store/records.ts';

/** Tells the live subscribers of these streams that nothing follows, and forgets what memory holds of them. */
export function endStreams(parts: Parts, streams: readonly StreamRecord[]): void {
  for (const { id } of streams) {
    parts.live.end(id);
    parts.passedOn.delete(id);
  }
}
