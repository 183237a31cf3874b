import { pipeline } from 'node:stream/promises';
import { fail, ok, type Result } from '../../contract/result.ts';
import { type Child, startChild } from './child-process.ts';
import type { DestinationPlace } from './destination.ts';
import type { Confirmed, OrderHead, Outcome } from './protocol.ts';
import type { Address } from './reach.ts';

export type { Confirmed };

/** Credentials as `sealCredentials` made them, and the key that opens them: only the transfer process does. */
export type ProbeOrder = {
  readonly place: DestinationPlace;
  /** That were checked: no others are connected to. Absent or none: those that its name has. */
  readonly addresses?: readonly Address[];
  readonly sealedCredentials: string;
  readonly key: Uint8Array;
};

export type TransferOrder = ProbeOrder & {
  /** A path below prefix or directory (`objectName`). */
  readonly object: string;
  readonly sizeBytes: number;
  /** Of the whole file, as hex. */
  readonly sha256: string;
};

export type TransferLimits = {
  /** Without a byte on a connection for so long, it is dead. */
  readonly idleMs: number;
  /** Without a sign of the transfer process for so long, it is ended. */
  readonly stuckMs: number;
  /** So long it may take to leave nothing half behind, when it is stopped. */
  readonly stopMs: number;
};

const LIMITS: TransferLimits = { idleMs: 60_000, stuckMs: 600_000, stopMs: 15_000 };

/**
 * Runs one transfer in a process of its own, which alone opens the credentials; when this resolves, that process is gone.
 * The object is there whole and confirmed, with a `.sha256` beside it, or it is an error: `destination-unreachable`,
 * `destination-refused`, `destination-mismatch`, `destination-stopped` by the signal, `credentials-invalid`. Details hold
 * nothing of the credentials. Rejects where `bytes` does.
 */
export function transfer(
  order: TransferOrder,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  limits: Partial<TransferLimits> = {},
): Promise<Result<Confirmed>> {
  const { object, sizeBytes, sha256 } = order;
  return run(order, { object, sizeBytes, sha256 }, bytes, signal, { ...LIMITS, ...limits });
}

/** Whether the destination takes, confirms and lets go of a small object. The same process and the same errors. */
export function probe(
  order: ProbeOrder,
  signal: AbortSignal,
  limits: Partial<TransferLimits> = {},
): Promise<Result<Confirmed>> {
  return run(order, undefined, nothing(), signal, { ...LIMITS, ...limits });
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // A probe makes its own bytes.
}

async function run(
  { place, addresses = [], sealedCredentials, key }: ProbeOrder,
  file: OrderHead['file'],
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  limits: TransferLimits,
): Promise<Result<Confirmed>> {
  if (signal.aborted) return fail('destination-stopped');
  const child = startChild();
  const patience = patienceWith(child, signal, limits);
  const source = sourceOf(bytes, patience);
  try {
    child.order({ place, addresses: [...addresses], file, idleMs: limits.idleMs }, key, sealedCredentials);
    // Where the child ends early this does too; the outcome says why.
    void Promise.allSettled([pipeline(source.bytes, child.media)]);
    const outcome = await outcomeOf(child, patience.renew);
    if (source.failed !== undefined) throw source.failed.error;
    return resultOf(outcome, signal);
  } finally {
    patience.end();
    await child.end();
  }
}

type Source = { readonly bytes: AsyncIterable<Uint8Array>; failed: { readonly error: unknown } | undefined };

/** The bytes as they are, remembering what they failed with. Whoever waits for them does not count as stuck. */
function sourceOf(bytes: AsyncIterable<Uint8Array>, patience: Patience): Source {
  const source: Source = { bytes: read(), failed: undefined };
  return source;
  async function* read() {
    try {
      patience.pause();
      for await (const chunk of bytes) {
        patience.renew();
        yield chunk;
        patience.pause();
      }
    } catch (error) {
      source.failed = { error };
      throw error;
    } finally {
      patience.renew();
    }
  }
}

type Patience = { readonly renew: () => void; readonly pause: () => void; readonly end: () => void };

/** Stops the child by the signal, and kills it where it does not stop, or gives no sign for too long. */
function patienceWith(child: Child, signal: AbortSignal, limits: TransferLimits): Patience {
  const kill = () => void child.process.kill('SIGKILL');
  let waiting = false;
  let late: NodeJS.Timeout | undefined;
  const stuck = setTimeout(() => (waiting ? stuck.refresh() : kill()), limits.stuckMs);
  const stop = () => {
    child.stop();
    late = setTimeout(kill, limits.stopMs);
  };
  signal.addEventListener('abort', stop, { once: true });
  return {
    renew() {
      waiting = false;
      stuck.refresh();
    },
    pause() {
      waiting = true;
    },
    end() {
      signal.removeEventListener('abort', stop);
      clearTimeout(stuck);
      clearTimeout(late);
    },
  };
}

async function outcomeOf(child: Child, onSign: () => void): Promise<Outcome | undefined> {
  for await (const answer of child.answers) {
    onSign();
    if (!('moved' in answer)) return answer;
  }
  return undefined;
}

function resultOf(outcome: Outcome | undefined, signal: AbortSignal): Result<Confirmed> {
  if (outcome !== undefined && 'confirmed' in outcome) return ok(outcome.confirmed);
  if (signal.aborted) return fail('destination-stopped');
  if (outcome === undefined) return fail('destination-unreachable', 'the transfer process ended early');
  return fail(outcome.failed.code, outcome.failed.detail);
}
