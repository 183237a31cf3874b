import type { ChannelState, GapsView } from '../../contract/bridge/snapshot.ts';
import type { FragmentHeader } from '../../contract/fragment.ts';
import type { TallylightError } from '../../contract/result.ts';
import type { Gap } from '../pipeline/gap-ledger.ts';

/** What is known of one channel while it records: counted from fragments, never from intentions. */
export type ChannelMeter = {
  state: ChannelState;
  levelDb: number | null;
  takes: number;
  fragments: number;
  bytes: number;
  /** Seconds captured, all takes. */
  seconds: number;
  lastTakeEndedAt: string | null;
  gaps: GapsView;
  trouble: TallylightError | null;
};

/** `before`: of an earlier run of the same recording. */
export function newMeter(before: readonly FragmentHeader[] = []): ChannelMeter {
  const meter: ChannelMeter = {
    state: 'starting',
    levelDb: null,
    takes: 0,
    fragments: 0,
    bytes: 0,
    seconds: 0,
    lastTakeEndedAt: null,
    gaps: { count: 0, seconds: 0, lastReason: null },
    trouble: null,
  };
  for (const header of before) count(meter, header);
  return meter;
}

export function count(meter: ChannelMeter, header: FragmentHeader): void {
  meter.takes = Math.max(meter.takes, header.take);
  meter.fragments += 1;
  meter.bytes += header.bytes;
  meter.seconds += header.durationMs / 1000;
}

export function countGap(meter: ChannelMeter, { fromMs, toMs, reason }: Gap): void {
  const { count: before, seconds } = meter.gaps;
  meter.gaps = { count: before + 1, seconds: seconds + (toMs - fromMs) / 1000, lastReason: reason };
}
