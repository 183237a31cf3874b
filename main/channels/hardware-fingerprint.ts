import { createHash } from 'node:crypto';

/** The `fingerprint` of a channel: 16 hex digits of the SHA-256 over what the system says of the hardware. */
export function fingerprintOf(hardware: string | Uint8Array): string {
  return createHash('sha256').update(hardware).digest('hex').slice(0, 16);
}

const HEADER = Buffer.from('00ffffffffffff00', 'hex');
const BASE_BLOCK_BYTES = 128;

/**
 * Of a monitor's EDID (VESA E-EDID 1.4): the base block alone, which holds maker, model, serial number and week, since
 * the blocks after it are not always read whole. Undefined where the block is not whole by its own checksum.
 */
export function fingerprintOfEdid(edid: Uint8Array): string | undefined {
  const block = edid.subarray(0, BASE_BLOCK_BYTES);
  const sum = block.reduce((total, byte) => total + byte, 0);
  const isWhole = block.length === BASE_BLOCK_BYTES && sum % 256 === 0;
  return isWhole && HEADER.equals(block.subarray(0, HEADER.length)) ? fingerprintOf(block) : undefined;
}
