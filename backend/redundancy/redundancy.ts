import type { Blobs } from '../blobs/blobs.ts';
import type { Targets } from '../events/targets.ts';
import type { Carrier } from './carrier.ts';

/** What second copies of recordings need. */
export type Redundancy = {
  /** The second copies alone; what is kept of a recording is read and removed through `Parts.blobs`. */
  readonly copies: Blobs;
  /** Where they are. Copies are made only while it is the one of this service: its disk may not be mounted. */
  readonly folder: string;
  /** Where copies may be sent. */
  readonly targets: Targets;
  readonly carrier: Carrier;
  /** As many characters as the JSON of credentials may have. */
  readonly credentialsMax: number;
  /** Tenants that try a destination at this moment. */
  readonly probing: Set<string>;
  /** Milliseconds that this may take. */
  readonly probeMs: number;
  /** There is something to make or to send. */
  wake(): void;
};
