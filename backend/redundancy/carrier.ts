import type { Result } from '../../contract/result.ts';
import {
  type Confirmed,
  type ProbeOrder,
  probe,
  type TransferOrder,
  transfer,
} from '../destinations/transfer.ts';

/** How bytes get to a destination. Tests put another in its place for faults in a row. */
export type Carrier = {
  transfer(
    order: TransferOrder,
    bytes: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<Result<Confirmed>>;
  probe(order: ProbeOrder, signal: AbortSignal): Promise<Result<Confirmed>>;
};

/** In a process of its own for each transfer, which alone opens the credentials. */
export const byProcess: Carrier = { transfer, probe };
