import { fail, ok, type Result } from '../../contract/result.ts';
import type { Confirmed } from '../destinations/transfer.ts';
import type { Parts } from '../parts.ts';
import type { DestinationRecord } from '../store/records.ts';
import { locatePlace } from './places.ts';

/** Milliseconds that a probe may take where nothing else is said. */
export const PROBE_MS = 60_000;

/**
 * Whether the destination takes, confirms and lets go of a small object. One at a time of each tenant, as each is a process, and
 * for so long at most. Errors: `not-now` while another is under way, and as those of a transfer.
 */
export async function tryDestination(
  parts: Parts,
  destination: DestinationRecord,
  signal?: AbortSignal,
): Promise<Result<Pick<Confirmed, 'by'>>> {
  const { probing, probeMs } = parts.redundancy;
  if (probing.has(destination.tenantId)) return fail('not-now', 'another destination is being tried');
  probing.add(destination.tenantId);
  try {
    const late = AbortSignal.timeout(probeMs);
    const ending = signal === undefined ? late : AbortSignal.any([signal, late]);
    const tried = await probed(parts, destination, ending);
    const isLate = !tried.ok && tried.error.code === 'destination-stopped' && late.aborted;
    return isLate ? fail('destination-unreachable', `nothing in ${probeMs / 1000} seconds`) : tried;
  } finally {
    probing.delete(destination.tenantId);
  }
}

async function probed(
  parts: Parts,
  { id, place, sealedCredentials, wrappedKey }: DestinationRecord,
  signal: AbortSignal,
): Promise<Result<Pick<Confirmed, 'by'>>> {
  const located = await locatePlace(parts.redundancy.targets, place);
  if (!located.ok) return located;
  const key = parts.keyring.unwrap({ kind: 'destination', id }, wrappedKey);
  try {
    const order = { place, addresses: located.value, sealedCredentials, key };
    const tried = await parts.redundancy.carrier.probe(order, signal);
    return tried.ok ? ok({ by: tried.value.by }) : tried;
  } finally {
    key.fill(0);
  }
}
