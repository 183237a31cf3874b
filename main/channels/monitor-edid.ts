import type { Koffi } from '../../native-permissions/native-library.ts';
import { loadKoffi } from '../../native-permissions/native-library.ts';

const LOCAL_MACHINE = -2147483646;
const ONLY_BINARY = 0x8;
const MOST_BYTES = 32 * 1024;

type RegGetValue = (
  root: number,
  key: string,
  value: string,
  flags: number,
  type: null,
  out: Buffer,
  bytes: [number],
) => number;

let regGetValue: RegGetValue | undefined;

/**
 * Where Windows keeps the EDID of a monitor, from its device interface. The key under
 * `Enum\DISPLAY` is named by the parts between the `#`. Seen under Wine 10.
 */
export function edidKeyOf(path: string): string | undefined {
  const [, model, plug] = /^\\\\\?\\DISPLAY#([^#\\]+)#([^#\\]+)#/i.exec(path) ?? [];
  return model === undefined || plug === undefined
    ? undefined
    : `SYSTEM\\CurrentControlSet\\Enum\\DISPLAY\\${model}\\${plug}\\Device Parameters`;
}

/** The EDID that Windows has read from a monitor; undefined where it has none or cannot be asked. */
export function edidOf(path: string): Uint8Array | undefined {
  const koffi = loadKoffi();
  const key = edidKeyOf(path);
  if (koffi === undefined || key === undefined) return undefined;
  try {
    regGetValue ??= bind(koffi);
  } catch {
    // Not Windows: nobody has read an EDID, and a display goes without a fingerprint.
    return undefined;
  }
  const out = Buffer.alloc(MOST_BYTES);
  const bytes: [number] = [out.length];
  const code = regGetValue(LOCAL_MACHINE, key, 'EDID', ONLY_BINARY, null, out, bytes);
  return code === 0 ? out.subarray(0, bytes[0]) : undefined;
}

function bind(koffi: Koffi): RegGetValue {
  return koffi
    .load('advapi32.dll')
    .func(
      'int32_t __stdcall RegGetValueW(intptr_t root, const char16_t *key, const char16_t *value, uint32_t flags, void *type, void *out, _Inout_ uint32_t *bytes)',
    );
}
