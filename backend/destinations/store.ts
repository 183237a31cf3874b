import { once } from 'node:events';
import type { CredentialsOf, DestinationKind, PlaceOf } from './destination.ts';
import { Fault } from './fault.ts';

const CLEAN_UP_MS = 10_000;

/** What is to lie at the destination, and how one knows that it does. */
export type Upload = {
  /** Below the prefix or directory of the place. */
  readonly object: string;
  readonly sizeBytes: number;
  /** Of the whole, as hex. */
  readonly sha256: string;
  /** Ends with an error instead of its last bytes where they are not those of `sha256` (`checked.ts`). */
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
};

/** How it was made sure that what lies there is what was sent: by what the provider computed, or by reading it back. */
export type ConfirmedBy = 'checksum' | 'read-back';

/** A store of somebody else's, for one transfer. Everything rejects with a `Fault` or with what its client throws. */
export type Store = {
  /** Puts an object whole or not at all, in the place of one of the same name, and confirms it. */
  put(upload: Upload): Promise<ConfirmedBy>;
  /** Removes an object that is there. */
  remove(object: string, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
};

export type OpenStore<Kind extends DestinationKind> = (
  place: PlaceOf<Kind>,
  credentials: CredentialsOf<Kind>,
  bounds: Bounds,
) => Promise<Store>;

export type Bounds = {
  readonly signal: AbortSignal;
  /** Milliseconds without a byte on a connection after which it is dead. */
  readonly idleMs: number;
};

/** The name below a prefix. */
export function below(prefix: string, object: string): string {
  return prefix === '' ? object : `${prefix}/${object}`;
}

/** Takes away what is left behind, if that is still possible. The error that led here is the one that counts. */
export async function cleanUp(work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const signal = AbortSignal.timeout(CLEAN_UP_MS);
  // Not every client hears of the signal.
  await Promise.race([Promise.allSettled([work(signal)]), once(signal, 'abort')]);
}

/** Confirms an object that can be seen already, and removes it where it is not what was sent. */
export async function orRemoved(
  confirm: () => Promise<ConfirmedBy>,
  remove: (signal: AbortSignal) => Promise<unknown>,
): Promise<ConfirmedBy> {
  try {
    return await confirm();
  } catch (error) {
    if (error instanceof Fault && error.code === 'destination-mismatch') await cleanUp(remove);
    throw error;
  }
}
