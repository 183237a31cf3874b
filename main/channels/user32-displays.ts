import type { Area } from '../../contract/channel.ts';
import type { Koffi } from '../../native-permissions/native-library.ts';
import { firstLineOf, koffiProblem, loadKoffi } from '../../native-permissions/native-library.ts';
import { edidOf } from './monitor-edid.ts';

/** A monitor as Windows names it. */
export type WindowsMonitor = {
  /** Its device interface, `\\?\DISPLAY#DEL40F0#5&…&UID4353#{…}`: model, plug and graphics card; the same after a restart. */
  readonly path: string;
  readonly edid?: Uint8Array;
};

/** A part of the desktop with the monitors that show it: several where they mirror each other, none far away or under Wine. */
export type WindowsSource = {
  /** `\\.\DISPLAY1`: a number that Windows gives out anew. */
  readonly name: string;
  readonly isPrimary: boolean;
  /** In physical pixels, whatever the scaling. */
  readonly area: Area;
  readonly monitors: readonly WindowsMonitor[];
};

/** DISPLAY_DEVICEW and DEVMODEW of wingdi.h: sizes and places in bytes. */
const DEVICE_BYTES = 840;
const DEVICE = { name: 4, text: 68, flags: 324, id: 328 } as const;
const MODE_BYTES = 220;
const MODE = { size: 68, x: 76, y: 80, width: 172, height: 176 } as const;

const ATTACHED_TO_DESKTOP = 0x1;
const PRIMARY_DEVICE = 0x4;
const MONITOR_ACTIVE = 0x1;
const GET_DEVICE_INTERFACE_NAME = 0x1;
const CURRENT_SETTINGS = 0xffffffff;
/** More than Windows drives; ends a loop that would not. */
const MOST_DEVICES = 64;

export type User32 = {
  readonly EnumDisplayDevicesW: (device: string | null, index: number, out: Buffer, flags: number) => number;
  readonly EnumDisplaySettingsExW: (device: string, mode: number, out: Buffer, flags: number) => number;
};

let user32: User32 | undefined;

/**
 * The desktop of this Windows, part by part; a text says why it cannot be asked. Seen under Wine 10; believed, not measured:
 * that places and sizes are physical pixels for a process that knows nothing of scaling too.
 */
export function windowsSources(): readonly WindowsSource[] | string {
  const koffi = loadKoffi();
  if (koffi === undefined) return koffiProblem() ?? 'koffi is not there';
  try {
    user32 ??= bind(koffi);
  } catch (error) {
    return firstLineOf(error);
  }
  return sourcesOf(user32, edidOf);
}

/** The same by given functions of the system. */
export function sourcesOf(
  user32: User32,
  edidOf: (path: string) => Uint8Array | undefined,
): readonly WindowsSource[] {
  return devicesOf(user32, null, 0).flatMap(({ name, flags }) => {
    const area = (flags & ATTACHED_TO_DESKTOP) === 0 ? undefined : areaOf(user32, name);
    if (area === undefined) return [];
    const monitors = devicesOf(user32, name, GET_DEVICE_INTERFACE_NAME)
      .filter((monitor) => (monitor.flags & MONITOR_ACTIVE) !== 0 && monitor.id !== '')
      .map(({ id: path }) => {
        const edid = edidOf(path);
        return edid === undefined ? { path } : { path, edid };
      });
    return [{ name, isPrimary: (flags & PRIMARY_DEVICE) !== 0, area, monitors }];
  });
}

type Device = { readonly name: string; readonly flags: number; readonly id: string };

function devicesOf(user32: User32, parent: string | null, how: number): Device[] {
  const devices: Device[] = [];
  for (let index = 0; index < MOST_DEVICES; index++) {
    const out = Buffer.alloc(DEVICE_BYTES);
    out.writeUInt32LE(DEVICE_BYTES, 0);
    if (user32.EnumDisplayDevicesW(parent, index, out, how) === 0) return devices;
    devices.push({
      name: textIn(out.subarray(DEVICE.name, DEVICE.text)),
      flags: out.readUInt32LE(DEVICE.flags),
      id: textIn(out.subarray(DEVICE.id, DEVICE.id + 256)),
    });
  }
  return devices;
}

function areaOf(user32: User32, name: string): Area | undefined {
  const out = Buffer.alloc(MODE_BYTES);
  out.writeUInt16LE(MODE_BYTES, MODE.size);
  if (user32.EnumDisplaySettingsExW(name, CURRENT_SETTINGS, out, 0) === 0) return undefined;
  const area = {
    x: out.readInt32LE(MODE.x),
    y: out.readInt32LE(MODE.y),
    width: out.readUInt32LE(MODE.width),
    height: out.readUInt32LE(MODE.height),
  };
  return area.width > 0 && area.height > 0 ? area : undefined;
}

/** A WCHAR array up to its first zero. */
function textIn(bytes: Buffer): string {
  const text = bytes.toString('utf16le');
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

function bind(koffi: Koffi): User32 {
  const library = koffi.load('user32.dll');
  return {
    EnumDisplayDevicesW: library.func(
      'int __stdcall EnumDisplayDevicesW(const char16_t *device, uint32_t index, void *out, uint32_t flags)',
    ),
    EnumDisplaySettingsExW: library.func(
      'int __stdcall EnumDisplaySettingsExW(const char16_t *device, uint32_t mode, void *out, uint32_t flags)',
    ),
  };
}
