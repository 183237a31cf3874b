import { firstLineOf, koffiProblem, loadKoffi } from './native-library.ts';
import type { ReadRegistryValue, RegistryRoot, RegistryValue } from './registry.ts';

/** The predefined handles of winreg.h, sign-extended as its casts do. */
const HANDLE: Readonly<Record<RegistryRoot, number>> = { HKLM: 0x80000002 | 0, HKCU: 0x80000001 | 0 };
/** RRF_RT_REG_SZ and RRF_RT_REG_DWORD: any other type is an error. */
const STRING_OR_NUMBER = 0x02 | 0x10;
const REG_SZ = 1;
const ERROR_SUCCESS = 0;
const ERROR_FILE_NOT_FOUND = 2;
const ERROR_PATH_NOT_FOUND = 3;
/** Far more than `Allow`; what is longer is ERROR_MORE_DATA and nothing that we know. */
const MOST_BYTES = 1024;

type RegGetValue = (
  root: number,
  key: string,
  name: string,
  flags: number,
  type: Uint32Array,
  data: Uint8Array,
  bytes: Uint32Array,
) => number;

let bound: { readonly get: RegGetValue } | { readonly error: string } | undefined;

/** Whether values are read by a call, which costs nothing, or need another reader. */
export function canReadByApi(): boolean {
  bound ??= bind();
  return 'get' in bound;
}

/** Reads by RegGetValueW of advapi32.dll through koffi. */
export const readByApi: ReadRegistryValue = async (root, key, name) => {
  bound ??= bind();
  if ('error' in bound) return bound;
  const type = new Uint32Array(1);
  const data = new Uint8Array(MOST_BYTES);
  const bytes = new Uint32Array([MOST_BYTES]);
  try {
    return decoded(
      bound.get(HANDLE[root], key, name, STRING_OR_NUMBER, type, data, bytes),
      type,
      data,
      bytes,
    );
  } catch (error) {
    return { error: `RegGetValueW: ${firstLineOf(error)}` };
  }
};

function decoded(status: number, type: Uint32Array, data: Uint8Array, bytes: Uint32Array): RegistryValue {
  if (status === ERROR_FILE_NOT_FOUND || status === ERROR_PATH_NOT_FOUND) return 'absent';
  if (status !== ERROR_SUCCESS) return { error: `RegGetValueW: Windows error ${status}` };
  const held = Buffer.from(data.buffer, 0, bytes[0] ?? 0);
  if (type[0] !== REG_SZ) return { number: held.readUInt32LE(0) };
  const [text = ''] = held.toString('utf16le').split('\0', 1);
  return { text };
}

function bind(): { readonly get: RegGetValue } | { readonly error: string } {
  const koffi = loadKoffi();
  if (koffi === undefined) return { error: `koffi: ${koffiProblem()}` };
  try {
    const get = koffi
      .load('advapi32.dll')
      .func('__stdcall', 'RegGetValueW', 'int32_t', [
        'intptr_t',
        'str16',
        'str16',
        'uint32_t',
        koffi.out('uint32_t *'),
        koffi.out('uint8_t *'),
        koffi.inout('uint32_t *'),
      ]);
    return { get };
  } catch (error) {
    return { error: firstLineOf(error) };
  }
}
