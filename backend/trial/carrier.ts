import { createHash } from 'node:crypto';
import type { ErrorCode } from '../../contract/errors.ts';
import { fail, ok } from '../../contract/result.ts';
import { openCredentials } from '../destinations/sealed.ts';
import type { ProbeOrder, TransferOrder } from '../destinations/transfer.ts';
import type { Carrier } from '../redundancy/carrier.ts';

/** What happens to the next transfer: nothing of it arrives, or something else does than was sent. */
export type Fault = { readonly code: ErrorCode; readonly detail?: string; readonly afterBytes?: number };

export type TrialCarrier = Carrier & {
  /** Objects by name, whole and confirmed. */
  readonly objects: Map<string, Buffer>;
  /** How often each was sent to its end. */
  readonly arrivals: string[];
  readonly attempts: TransferOrder[];
  /** Asked before each transfer and probe; undefined: it works. */
  fault: (order: ProbeOrder, attempt: number) => Fault | undefined;
  /** Waited for after the first bytes came, and once all of them did. */
  gate: (at: 'first' | 'whole') => Promise<void>;
};

/**
 * Stands for transfers where faults have to come in a row. As the real one it opens the credentials with their key, refuses
 * others than `secrets`, and lets nothing be seen that is not all of what was announced.
 */
export function trialCarrier(secrets: string): TrialCarrier {
  const isOpen = ({ sealedCredentials, key }: ProbeOrder) =>
    openCredentials(key, Buffer.from(sealedCredentials, 'base64'))?.toString() === secrets;
  const self: TrialCarrier = {
    objects: new Map(),
    arrivals: [],
    attempts: [],
    fault: () => undefined,
    gate: async () => undefined,
    async probe(order) {
      if (!isOpen(order)) return fail('destination-refused', 'credentials');
      const fault = self.fault(order, self.attempts.length);
      return fault === undefined ? ok({ by: 'checksum', object: 'probe' }) : fail(fault.code, fault.detail);
    },
    async transfer(order, bytes, signal) {
      // The key is wiped by whoever gave the order.
      self.attempts.push({ ...order, key: Buffer.from(order.key) });
      if (!isOpen(order)) return fail('destination-refused', 'credentials');
      const fault = self.fault(order, self.attempts.length);
      const taken: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of bytes) {
        if (signal.aborted) return fail('destination-stopped');
        if (taken.length === 0) await self.gate('first');
        taken.push(chunk);
        size += chunk.length;
        if (fault !== undefined && size >= (fault.afterBytes ?? 0)) return fail(fault.code, fault.detail);
      }
      await self.gate('whole');
      if (signal.aborted) return fail('destination-stopped');
      const whole = Buffer.concat(taken);
      const sha256 = createHash('sha256').update(whole).digest('hex');
      if (whole.length !== order.sizeBytes || sha256 !== order.sha256) return fail('destination-mismatch');
      self.objects.set(order.object, whole);
      self.arrivals.push(order.object);
      return ok({ by: 'checksum', object: order.object });
    },
  };
  return self;
}
