import type { Area, Channel } from '../../contract/channel.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { TallylightError } from '../../contract/result.ts';
import { errorOf } from '../../contract/result.ts';
import type { StderrFact } from './stderr.ts';

export type Point = { readonly x: number; readonly y: number };

/**
 * Where the pointer is, in the coordinates of `Channel.area`; null where nobody can say. Never rejects.
 * It has to be the pointer that is drawn into the picture.
 */
export type Pointer = () => Promise<Point | null>;

export type ChannelHealth = {
  /** `atMs` on any monotonic clock. */
  readonly hear: (fact: StderrFact, atMs: number) => void;
  /** The take is over, which says nothing of what it was told for. Nothing is told after this. */
  readonly close: () => void;
};

/**
 * Half a second less than what a person is promised, so that it is told within 5 s of the first sample; a
 * person who says nothing into a microphone that works is never exactly zero for so long.
 */
const SILENT_MS = 4_500;
/** A level stands for so much sound. */
const LEVEL_MS = 100;

/** Limited range: black is 16, white 235. */
const [BLACK, WHITE] = [16, 235];
/**
 * As much light as so many white pixels is no picture: a pointer, which is drawn also where all else is withheld, is 60
 * (X11's cross) to 150 (an arrow); a prompt alone on a black terminal has some 500.
 */
const POINTER_PIXELS = 300;
/** Where nobody knows the size of the display. */
const USUAL_PIXELS = 1920 * 1080;
/** With the settling and a look a second, told within 5 s of the first picture. */
const BLACK_MS = 3_000;
/** Grabbers, permission prompts and displays that wake may begin with a black picture. */
const SETTLING_MS = 1_000;

const FROZEN_MS = 10_000;
/** A pointer that is back in its place at every look would be taken for one that is not drawn; hardly thrice. */
const FROZEN_MOVES = 3;

/** After a pause of this process, two looks can lie far apart. */
const FEWEST_LOOKS = 4;

/**
 * Hears whether what comes from a device is of use. Tells `channel-silent` (a microphone that gives nothing but
 * zeros), `channel-black` and `channel-frozen`, once when it begins, and null when content came back. Nothing playing
 * is no fault of system audio.
 */
export function watchHealth(
  channel: Channel,
  tell: (error: TallylightError | null) => void,
  pointer?: Pointer,
): ChannelHealth {
  if (channel.kind === 'system_audio') return { hear: () => undefined, close: () => undefined };
  let isClosed = false;
  let told: ErrorCode | undefined;
  const silence = createSilence();
  const dark = createDark(pixelsOf(channel.area));
  const freeze = createFreeze(channel.area, pointer);

  function say(code: ErrorCode | undefined): void {
    if (isClosed || code === told) return;
    told = code;
    tell(code === undefined ? null : errorOf(code, channel.id));
  }

  return {
    hear: (fact, atMs) => {
      if (fact.kind === 'level') say(silence(fact.isZero) ? 'channel-silent' : undefined);
      else if (fact.kind === 'luma') dark.look(fact.mean, atMs);
      else if (fact.kind === 'motion') freeze.look(fact.isSame, atMs);
      if (fact.kind === 'luma' || fact.kind === 'motion')
        say(dark.isBlack() ? 'channel-black' : freeze.isFrozen() ? 'channel-frozen' : undefined);
    },
    close: () => {
      isClosed = true;
    },
  };
}

/** Whether this is something to hear or to see: a level above digital zero, a picture with more light than a pointer. */
export function showsContent(fact: StderrFact, { area }: Channel): boolean {
  if (fact.kind === 'level') return !fact.isZero;
  return fact.kind === 'luma' && hasLight(fact.mean, pixelsOf(area));
}

function hasLight(mean: number, pixels: number): boolean {
  return ((mean - BLACK) / (WHITE - BLACK)) * pixels > POINTER_PIXELS;
}

function pixelsOf(area: Area | undefined): number {
  return area === undefined ? USUAL_PIXELS : area.width * area.height;
}

function createSilence(): (isZero: boolean) => boolean {
  let zeros = 0;
  return (isZero) => {
    zeros = isZero ? zeros + 1 : 0;
    return zeros * LEVEL_MS >= SILENT_MS;
  };
}

function createDark(pixels: number) {
  let beganMs: number | undefined;
  let sinceMs: number | undefined;
  let looks = 0;
  let isBlack = false;
  return {
    isBlack: () => isBlack,
    look: (mean: number, atMs: number) => {
      beganMs ??= atMs;
      if (hasLight(mean, pixels)) {
        sinceMs = undefined;
        looks = 0;
      } else if (atMs - beganMs >= SETTLING_MS) {
        sinceMs ??= atMs;
        looks++;
      }
      isBlack = sinceMs !== undefined && atMs - sinceMs >= BLACK_MS && looks >= FEWEST_LOOKS;
    },
  };
}

/**
 * The pointer is asked after each look. A picture in which it did not move since then, although it did, is old:
 * one look later it is certain that the pointer had moved when the picture was taken.
 */
function createFreeze(area: Area | undefined, pointer: Pointer | undefined) {
  let sinceMs: number | undefined;
  let looks = 0;
  let moves = 0;
  let lastPlace: Point | undefined;
  let isAsking = false;
  let isFrozen = false;

  async function ask(whereIs: Pointer, within: Area): Promise<void> {
    isAsking = true;
    const mine = sinceMs;
    const place = await whereIs();
    isAsking = false;
    // A picture that changed meanwhile begins anew.
    if (mine !== sinceMs) return;
    const isHere = place !== null && isWithin(place, within);
    if (isHere && lastPlace !== undefined && (place.x !== lastPlace.x || place.y !== lastPlace.y)) moves++;
    lastPlace = isHere ? place : undefined;
  }

  return {
    isFrozen: () => isFrozen,
    look: (isSame: boolean, atMs: number) => {
      if (pointer === undefined || area === undefined) return;
      if (!isSame || sinceMs === undefined) {
        sinceMs = atMs;
        looks = 0;
        moves = 0;
        lastPlace = undefined;
      }
      looks++;
      isFrozen = atMs - sinceMs >= FROZEN_MS && looks >= FEWEST_LOOKS && moves >= FROZEN_MOVES;
      if (!isAsking) void ask(pointer, area);
    },
  };
}

function isWithin({ x, y }: Point, area: Area): boolean {
  return x >= area.x && y >= area.y && x < area.x + area.width && y < area.y + area.height;
}
