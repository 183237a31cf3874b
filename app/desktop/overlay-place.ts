import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Display, Rectangle } from 'electron/main';
import { z } from 'zod';
import { replaceFile } from '../../main/vault/durable.ts';
import { causeOf, log } from './log.ts';

/** In DIPs. DESIGN.md: 40 high; as wide as a channel in trouble needs. */
export const OVERLAY_SIZE = { width: 380, height: 40 } as const;
const MARGIN = 16;
/** Displays come and go, and some get another id each time; the oldest are forgotten. */
const MOST_DISPLAYS = 16;

const remembered = z.object({
  /** The display where the person had it last. */
  last: z.int().nullable(),
  /** By display, the latest last: how far from the left top of its work area, in DIPs. */
  places: z.array(z.object({ display: z.int(), x: z.int(), y: z.int() })).max(MOST_DISPLAYS),
});
export type Remembered = z.infer<typeof remembered>;

export const NOWHERE: Remembered = { last: null, places: [] };

type Screen = Pick<Display, 'id' | 'workArea'>;

/**
 * Where the light goes: on the display where it was last, or the first of `displays` where that one is gone; at its place
 * there, or in the lower left, where neither calls nor notifications have their own. Always inside the work area.
 */
export function placeOf({ last, places }: Remembered, displays: readonly Screen[]): Rectangle | undefined {
  const display = displays.find(({ id }) => id === last) ?? displays[0];
  if (display === undefined) return undefined;
  const { workArea } = display;
  const room = {
    x: Math.max(0, workArea.width - OVERLAY_SIZE.width),
    y: Math.max(0, workArea.height - OVERLAY_SIZE.height),
  };
  const wanted = places.find((place) => place.display === display.id) ?? { x: MARGIN, y: room.y - MARGIN };
  return {
    x: workArea.x + Math.min(room.x, Math.max(0, wanted.x)),
    y: workArea.y + Math.min(room.y, Math.max(0, wanted.y)),
    ...OVERLAY_SIZE,
  };
}

/** What is to be remembered once the person has moved the light to `bounds`. */
export function movedTo(before: Remembered, bounds: Rectangle, displays: readonly Screen[]): Remembered {
  const middle = { x: bounds.x + bounds.width / 2, y: bounds.y + bounds.height / 2 };
  const under = displays.find(({ workArea: { x, y, width, height } }) => {
    return middle.x >= x && middle.x < x + width && middle.y >= y && middle.y < y + height;
  });
  if (under === undefined) return before;
  const { id, workArea } = under;
  const others = before.places.filter(({ display }) => display !== id).slice(1 - MOST_DISPLAYS);
  const place = { display: id, x: bounds.x - workArea.x, y: bounds.y - workArea.y };
  return { last: id, places: [...others, place] };
}

/** The places of before; none where they were never written or cannot be read, which costs the person one move. */
export async function readPlaces(dataDir: string): Promise<Remembered> {
  try {
    return remembered.parse(JSON.parse(await readFile(fileIn(dataDir), 'utf8')));
  } catch (error) {
    const isThere = !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
    if (isThere) log('overlay.places-unreadable', { cause: causeOf(error) });
    return NOWHERE;
  }
}

export async function writePlaces(dataDir: string, places: Remembered): Promise<void> {
  try {
    await replaceFile(fileIn(dataDir), JSON.stringify(places));
  } catch (error) {
    log('overlay.places-unwritable', { cause: causeOf(error) });
  }
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'overlay.json');
}
