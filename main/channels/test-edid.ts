/** The base block of an EDID that is whole by its checksum: a made-up monitor with this serial number. */
export function testEdid(serial: number): Buffer {
  const block = Buffer.alloc(128);
  Buffer.from('00ffffffffffff0010acf040', 'hex').copy(block);
  block.writeUInt32LE(serial, 12);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block[127] = (256 - (sum % 256)) % 256;
  return block;
}

/** What `xrandr --props` prints of an output and its EDID (xrandr 1.5). */
export function printedProps(output: string, edid: Uint8Array): string {
  const lines = Buffer.from(edid).toString('hex').match(/.{32}/g) ?? [];
  return [
    `${output} connected 1920x1080+0+0 (normal left inverted right x axis y axis) 527mm x 296mm`,
    '\tEDID: ',
    ...lines.map((line) => `\t\t${line}`),
    '\tnon-desktop: 0 ',
    '\t\tsupported: 0, 1',
    '   1920x1080     60.00*+',
    '',
  ].join('\n');
}
