import type { Area, Channel } from '../../contract/channel.ts';

/** One monitor of an X screen, in physical pixels. */
export type Monitor = { readonly output: string; readonly isPrimary: boolean; readonly area: Area };

/** Parses `xrandr --listmonitors` (RandR 1.5): ` 0: +*HDMI-1 1920/527x1080/296+0+0  HDMI-1`. */
export function parseMonitors(text: string): Monitor[] {
  return [...text.matchAll(/^\s*\d+:\s+\+?(\*?)(\S+)\s+(\d+)\/\d+x(\d+)\/\d+\+(-?\d+)\+(-?\d+)/gm)].flatMap(
    ([, star, output, width, height, x, y]) => monitor(output, star === '*', { x, y, width, height }),
  );
}

/** Parses `xrandr --query`: `HDMI-1 connected primary 1920x1080+0+0 (normal …`. For servers before RandR 1.5. */
export function parseQuery(text: string): Monitor[] {
  return [...text.matchAll(/^(\S+) connected (primary )?(\d+)x(\d+)\+(-?\d+)\+(-?\d+)/gm)].flatMap(
    ([, output, primary, width, height, x, y]) =>
      monitor(output, primary !== undefined, { x, y, width, height }),
  );
}

/** Size of the default screen in what `xdpyinfo` prints. */
export function parseScreenSize(text: string): Area | undefined {
  const match = /^\s*dimensions:\s+(\d+)x(\d+) pixels/m.exec(text);
  return match === null ? undefined : { x: 0, y: 0, width: Number(match[1]), height: Number(match[2]) };
}

/** XWayland names its outputs so. It shows X programs only: all else in such a capture is black. */
export function isXWayland(monitors: readonly Monitor[]): boolean {
  return monitors.some(({ output }) => /^XWAYLAND\d+$/.test(output));
}

/** `display:1…n`: the primary monitor first, then from left to right. Mirrored monitors are one channel. */
export function displayChannels(monitors: readonly Monitor[]): Channel[] {
  const seen = new Set<string>();
  return [...monitors]
    .sort((a, b) => Number(b.isPrimary) - Number(a.isPrimary) || a.area.x - b.area.x || a.area.y - b.area.y)
    .filter(({ area }) => {
      const place = `${area.width}x${area.height}+${area.x}+${area.y}`;
      return !seen.has(place) && seen.add(place);
    })
    .map(({ output, area }, index) => ({
      id: `display:${index + 1}`,
      kind: 'display',
      name: `Display ${index + 1}`,
      device: output,
      isDefault: index === 0,
      area,
    }));
}

type Digits = Record<keyof Area, string | undefined>;

function monitor(output: string | undefined, isPrimary: boolean, digits: Digits): Monitor[] {
  const area = {
    x: Number(digits.x),
    y: Number(digits.y),
    width: Number(digits.width),
    height: Number(digits.height),
  };
  return output === undefined || area.width <= 0 || area.height <= 0 ? [] : [{ output, isPrimary, area }];
}
