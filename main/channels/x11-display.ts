/** The parts of a DISPLAY such as `:0`, `:99.1`, `unix:0` or `build-host:10.0`. */
export type DisplayName = {
  /** Null: this machine, over its Unix socket. */
  readonly host: string | null;
  readonly number: number;
  readonly screen: number;
};

export function parseDisplayName(display: string): DisplayName | undefined {
  const match = /^(.*):(\d{1,5})(?:\.(\d{1,3}))?$/.exec(display);
  if (match === null) return undefined;
  const [, host = '', number = '', screen = '0'] = match;
  return {
    host: host === '' || host === 'unix' ? null : host,
    number: Number(number),
    screen: Number(screen),
  };
}

/** A secret that lets a client in at an X server. Never logged. */
export type XCookie = { readonly name: string; readonly data: Uint8Array };

/**
 * The MIT cookie for a display in the text of an .Xauthority file (Xau(3)): records of family, address,
 * number, name and data, each but the first with a 16-bit big-endian length. An empty number means any.
 */
export function cookieFor(file: Uint8Array, displayNumber: number): XCookie | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let offset = 0;
  const next = (): Uint8Array | undefined => {
    if (offset + 2 > file.length) return undefined;
    const length = view.getUint16(offset);
    const start = offset + 2;
    offset = start + length;
    return offset > file.length ? undefined : file.subarray(start, offset);
  };
  const ascii = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
  while (offset + 2 <= file.length) {
    offset += 2;
    const [address, number, name, data] = [next(), next(), next(), next()];
    if (!address || !number || !name || !data) return undefined;
    const fits = number.length === 0 || ascii(number) === String(displayNumber);
    if (fits && ascii(name) === 'MIT-MAGIC-COOKIE-1') return { name: ascii(name), data };
  }
  return undefined;
}
