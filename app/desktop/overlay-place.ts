import type { Display, Rectangle } from 'electron/main';
import type { Settings } from '../../contract/settings.ts';

/** In DIPs. DESIGN.md: 40 high; as wide as a channel in trouble needs. */
export const OVERLAY_SIZE = { width: 400, height: 40 } as const;
const MARGIN = 16;

/** By display: how far from its left top, in DIPs. */
export type Places = Settings['overlayPlaces'];
type Screen = Pick<Display, 'id' | 'bounds' | 'workArea'>;

/** What the settings call a display. */
export function nameOf({ id }: Pick<Display, 'id'>): string {
  return String(id);
}

/**
 * Where the light goes. `displays`: those that are there, the primary one first; `last`: the one where it was put last. It goes
 * there, or else where it has a place, or else to the primary one, into the lower left, where neither calls nor notifications
 * have their own. Always inside the work area.
 */
export function placeOf(
  places: Places,
  displays: readonly Screen[],
  last: string | undefined,
): Rectangle | undefined {
  const display =
    displays.find((one) => nameOf(one) === last) ??
    displays.find((one) => places[nameOf(one)] !== undefined) ??
    displays[0];
  if (display === undefined) return undefined;
  const { bounds, workArea } = display;
  const [right, bottom] = [
    workArea.x + Math.max(0, workArea.width - OVERLAY_SIZE.width),
    workArea.y + Math.max(0, workArea.height - OVERLAY_SIZE.height),
  ];
  const place = places[nameOf(display)];
  const wanted =
    place === undefined
      ? { x: workArea.x + MARGIN, y: bottom - MARGIN }
      : { x: bounds.x + place.x, y: bounds.y + place.y };
  return {
    x: Math.min(right, Math.max(workArea.x, wanted.x)),
    y: Math.min(bottom, Math.max(workArea.y, wanted.y)),
    ...OVERLAY_SIZE,
  };
}

/** The display under the middle of the light and its place there; undefined where it is under none. */
export function whereIs(
  { x, y, width, height }: Rectangle,
  displays: readonly Screen[],
): { readonly display: string; readonly place: { readonly x: number; readonly y: number } } | undefined {
  const middle = { x: x + width / 2, y: y + height / 2 };
  const under = displays.find(({ bounds }) => {
    const [right, bottom] = [bounds.x + bounds.width, bounds.y + bounds.height];
    return middle.x >= bounds.x && middle.x < right && middle.y >= bounds.y && middle.y < bottom;
  });
  if (under === undefined) return undefined;
  return { display: nameOf(under), place: { x: x - under.bounds.x, y: y - under.bounds.y } };
}
