import type { Result } from '../../contract/result.ts';
import type { DestinationPlace } from '../destinations/destination.ts';

/** Credentials as `sealCredentials` made them, and the key that opens them. */
export type ProbeOrder = {
  readonly place: DestinationPlace;
  readonly sealedCredentials: string;
  readonly key: Uint8Array;
};

export type TransferOrder = ProbeOrder & {
  /** A path below prefix or directory. */
  readonly object: string;
  readonly sizeBytes: number;
  /** Of the whole file, as hex. */
  readonly sha256: string;
};

export type Confirmed = { readonly by: 'checksum' | 'read-back'; readonly object: string };

/** How bytes get to a destination: in a process of their own. Tests put another in its place for faults in a row. */
export type Carrier = {
  transfer(
    order: TransferOrder,
    bytes: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<Result<Confirmed>>;
  probe(order: ProbeOrder, signal: AbortSignal): Promise<Result<Confirmed>>;
};
