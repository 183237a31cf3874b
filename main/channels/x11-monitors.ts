import type { Area } from '../../contract/channel.ts';
import type { PlacedDisplay } from './display-channels.ts';
import { fingerprintOf, fingerprintOfEdid } from './hardware-fingerprint.ts';

/** One monitor of an X screen, in physical pixels: turned and scaled as it stands in the picture of the screen. */
export type Monitor = {
  readonly name: string;
  readonly isPrimary: boolean;
  readonly area: Area;
  /** The plugs it hangs on: two for some tiled ones, none for one that was only made up (`xrandr --setmonitor`). */
  readonly outputs: readonly string[];
};

/**
 * Parses `xrandr --listmonitors` (RandR 1.5): `Monitors: 1`, then ` 0: +*HDMI-1 1920/527x1080/296+0+0  HDMI-1`. Empty
 * where not every line is one of them, as where a name that somebody gave holds a line break and more.
 */
export function parseMonitors(text: string): Monitor[] {
  const [header = '', ...lines] = text.split('\n').filter((line) => line.trim() !== '');
  const monitors = lines.flatMap((line) => monitorIn(line) ?? []);
  return /^Monitors: (\d+)$/.exec(header)?.[1] === String(lines.length) && monitors.length === lines.length
    ? monitors
    : [];
}

const MONITOR =
  /^\s*\d+:\s+\+?(\*?)(\S+)\s+(\d+)\/\d+x(\d+)\/\d+\+(-?\d+)\+(-?\d+)((?:[^\S\n]+[^\s/]+)*)[^\S\n]*$/;

function monitorIn(line: string): Monitor | undefined {
  const [, star, name = '', width, height, x, y, outputs = ''] = MONITOR.exec(line) ?? [];
  const area = areaOf({ x, y, width, height });
  if (area === undefined) return undefined;
  const plugs = outputs.split(/\s+/).filter((output) => output !== '');
  return { name, isPrimary: star === '*', area, outputs: plugs };
}

/** Parses `xrandr --query`: `HDMI-1 connected primary 1920x1080+0+0 (normal …`. For servers before RandR 1.5. */
export function parseQuery(text: string): Monitor[] {
  return [...text.matchAll(/^(\S+) connected (primary )?(\d+)x(\d+)\+(-?\d+)\+(-?\d+)/gm)].flatMap(
    ([, name = '', primary, width, height, x, y]) => {
      const area = areaOf({ x, y, width, height });
      return area === undefined ? [] : [{ name, isPrimary: primary !== undefined, area, outputs: [name] }];
    },
  );
}

/** The EDID of each output in what `xrandr --props` prints: a property with lines of 16 bytes in hex. */
export function parseEdids(text: string): Map<string, Uint8Array> {
  const edids = new Map<string, Uint8Array>();
  for (const block of text.split(/^(?=\S+ (?:connected|disconnected|unknown connection)\b)/m)) {
    const output = /^\S+/.exec(block)?.[0];
    const hex = /^\s+EDID(?:_DATA)?:\s*\n((?:\s+[0-9a-f]{32}[^\S\n]*\n)+)/m.exec(block)?.[1];
    if (output !== undefined && hex !== undefined)
      edids.set(output, Buffer.from(hex.replace(/\s+/g, ''), 'hex'));
  }
  return edids;
}

/** Size of the default screen in what `xdpyinfo` prints. */
export function parseScreenSize(text: string): Area | undefined {
  const match = /^\s*dimensions:\s+(\d+)x(\d+) pixels/m.exec(text);
  return match === null ? undefined : { x: 0, y: 0, width: Number(match[1]), height: Number(match[2]) };
}

/** XWayland names its outputs so. It shows X programs only: all else in such a capture is black. */
export function isXWayland(monitors: readonly Monitor[]): boolean {
  return monitors.some(({ name }) => /^XWAYLAND\d+$/.test(name));
}

/** A monitor with the fingerprint of what hangs on its plugs; none unless every plug says what that is. */
export function placedMonitor(monitor: Monitor, edids: ReadonlyMap<string, Uint8Array>): PlacedDisplay {
  const { name: device, isPrimary, area, outputs } = monitor;
  const prints = outputs.map((output) => fingerprintOfEdid(edids.get(output) ?? new Uint8Array()));
  const known = prints.filter((print) => print !== undefined);
  if (known.length === 0 || known.length < prints.length) return { device, isPrimary, area };
  const [only = ''] = known;
  return { device, isPrimary, area, fingerprint: known.length === 1 ? only : fingerprintOf(known.join()) };
}

function areaOf(digits: Record<keyof Area, string | undefined>): Area | undefined {
  const [width, height] = [Number(digits.width), Number(digits.height)];
  return width > 0 && height > 0 ? { x: Number(digits.x), y: Number(digits.y), width, height } : undefined;
}
