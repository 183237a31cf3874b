import type { Place, SessionRecord, StreamRecord } from '../store/records.ts';

/** A fragment whose bytes are those that were sent. Times are milliseconds on the session clock. */
export type Arrival = {
  readonly streamId: string;
  readonly place: Place;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly pausedBeforeMs: number;
  readonly sha256: string;
  readonly bytes: Uint8Array;
};

/** A fragment together with what it belongs to, as they are in the session's turn. */
export type Delivery = {
  readonly session: SessionRecord;
  readonly stream: StreamRecord;
  readonly arrival: Arrival;
};
