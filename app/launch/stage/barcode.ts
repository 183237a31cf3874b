/** What one repaint of the clock says of itself. */
export type ClockReading = { readonly paintedAtMs: number; readonly counter: number };

const magic = 0xa5;
const counterLimit = 2 ** 24;

/** 12 bytes for the 96 cells: a mark, 48 bits of wall clock, 24 of counter, CRC-16 over all before it. */
export function encodeBarcode(reading: ClockReading): Uint8Array {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt8(magic, 0);
  bytes.writeUIntBE(Math.floor(reading.paintedAtMs), 1, 6);
  bytes.writeUIntBE(reading.counter % counterLimit, 7, 3);
  bytes.writeUInt16BE(crc16(bytes.subarray(0, 10)), 10);
  return bytes;
}

/** Undefined for whatever is not a whole barcode: a torn frame, another picture, a mangled cell. */
export function decodeBarcode(cells: Uint8Array): ClockReading | undefined {
  const bytes = Buffer.from(cells);
  if (bytes.length !== 12 || bytes.readUInt8(0) !== magic) return undefined;
  if (bytes.readUInt16BE(10) !== crc16(bytes.subarray(0, 10))) return undefined;
  return { paintedAtMs: bytes.readUIntBE(1, 6), counter: bytes.readUIntBE(7, 3) };
}

/** CRC-16/CCITT-FALSE. */
function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc;
}
