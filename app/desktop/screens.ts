import { type Display, type Point, type Rectangle, screen } from 'electron/main';
import type { ShellDisplay } from '../../main/channels/machine.ts';

type Desktop = 'darwin' | 'win32';

/** electron.d.ts: the display is invalid, or its id is not known yet. */
const NO_ID = -1;
/** Of a pixel; a scale such as 106/96 is no exact number, and what comes of it may fall short by less. */
const ROUNDING = 0.01;

/** The displays that are there now. On macOS the areas are those that `displaysOfMac` gives. */
export function screenDisplays(platform: Desktop): ShellDisplay[] {
  const primary = screen.getPrimaryDisplay();
  return screen
    .getAllDisplays()
    .filter(({ id }) => id !== NO_ID)
    .map((display) => ({
      id: String(display.id),
      label: display.label,
      isPrimary: display.id === primary.id,
      area: platform === 'win32' ? areaOnWindows(display) : areaOnMac(display),
      scaleFactor: display.scaleFactor,
    }));
}

/** Where the pointer is, in the coordinates of those areas; null where it could be on either of two displays. */
export function screenPointer(platform: Desktop): Point | null {
  const point = screen.getCursorScreenPoint();
  if (platform === 'win32') return screen.dipToScreenPoint(point);
  const displays = screen.getAllDisplays();
  const under = displays.find(({ bounds }) => isWithin(point, bounds));
  if (under === undefined) return null;
  const place = { x: Math.round(point.x * under.scaleFactor), y: Math.round(point.y * under.scaleFactor) };
  // Each area is points times the scale of its own display, so that those of different scales can overlap.
  const isElsewhereToo = displays.some(
    (other) => !isWithin(point, other.bounds) && isWithin(place, areaOnMac(other)),
  );
  return isElsewhereToo ? null : place;
}

function areaOnMac({ bounds, scaleFactor }: Display): Rectangle {
  return {
    x: Math.round(bounds.x * scaleFactor),
    y: Math.round(bounds.y * scaleFactor),
    width: Math.round(bounds.width * scaleFactor),
    height: Math.round(bounds.height * scaleFactor),
  };
}

function areaOnWindows({ bounds, scaleFactor }: Display): Rectangle {
  const { x, y, width, height } = screen.dipToScreenRect(null, bounds);
  if (Number.isInteger(scaleFactor)) return { x, y, width, height };
  return {
    x,
    y,
    width: wholePixels(bounds.width * scaleFactor),
    height: wholePixels(bounds.height * scaleFactor),
  };
}

/**
 * Chromium rounds sizes up, to DIPs and back (screen_win.cc): at 150 % a width of 2560 is 1707 DIPs and then 2561, and
 * ffmpeg refuses what lies outside the desktop. Real sizes are even. Believed from the source, not measured.
 */
function wholePixels(pixels: number): number {
  return 2 * Math.floor((pixels + ROUNDING) / 2);
}

function isWithin({ x, y }: Point, area: Rectangle): boolean {
  return x >= area.x && y >= area.y && x < area.x + area.width && y < area.y + area.height;
}
