import { inflateRawSync } from 'node:zlib';

/**
 * One file of a ZIP archive (PKWARE's APPNOTE 6.3.10: 4.3.7, 4.3.12, 4.3.16), stored or deflated. Throws where it is
 * not there, or where the archive is of another kind: larger than 4 GiB, encrypted, in parts.
 */
export function zipEntry(archive: Buffer, name: string): Buffer {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || end + 22 > archive.length) throw new Error('This is no ZIP archive.');
  const entries = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let index = 0; index < entries; index++) {
    const flags = archive.readUInt16LE(at + 8);
    const method = archive.readUInt16LE(at + 10);
    const packed = archive.readUInt32LE(at + 20);
    const nameLength = archive.readUInt16LE(at + 28);
    if (archive.toString('utf8', at + 46, at + 46 + nameLength) === name) {
      if ((flags & 1) !== 0 || (method !== 0 && method !== 8))
        throw new Error(`${name} is packed in a way that is not known here.`);
      const local = archive.readUInt32LE(at + 42);
      const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
      const bytes = archive.subarray(start, start + packed);
      return method === 0 ? bytes : inflateRawSync(bytes);
    }
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new Error(`There is no ${name} in the ZIP archive.`);
}
