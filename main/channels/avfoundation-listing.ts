import { completeLines } from './complete-lines.ts';

/** A device of the macOS list. `index` is what ffmpeg opens; it moves when devices come and go. */
export type AvfoundationDevice = {
  readonly index: number;
  readonly name: string;
  /** AVCaptureDevice.uniqueID; null where this ffmpeg does not print it. */
  readonly uid: string | null;
};

/** `Capture screen n`: the n-th of CGGetActiveDisplayList (avfoundation.m). */
export type AvfoundationScreen = { readonly index: number; readonly screen: number };

export type AvfoundationListing = {
  readonly microphones: readonly AvfoundationDevice[];
  readonly screens: readonly AvfoundationScreen[];
};

const PREFIX = /^\[AVFoundation (?:input device|indev) @ 0x[0-9a-fA-F]+\] (.*)$/s;
const SECTION = /^AVFoundation (video|audio) devices:$/;
const DEVICE = /^\[(\d{1,3})\] (.+?)(?: {2}\[uid:([^\]]+)\])?(?: \[serial:[^\]]*\])?$/s;
const SCREEN = /^Capture screen (\d{1,3})$/;

/**
 * Parses what `ffmpeg -f avfoundation -list_devices true -i ""` prints on stderr (avfoundation.m of FFmpeg 2.6 to 7, and the
 * newest, which adds `[uid:…] [serial:…]`). Cameras are left out. An index that is
 * said to be two things is neither, and a screen with two indexes is none.
 */
export function parseAvfoundationListing(stderr: string): AvfoundationListing {
  const found = { video: new Map<number, string>(), audio: new Map<number, string>() };
  const disputed = new Set<string>();
  let section: keyof typeof found | undefined;
  for (const line of completeLines(stderr)) {
    const text = PREFIX.exec(line)?.[1] ?? '';
    const header = SECTION.exec(text)?.[1];
    if (header === 'audio' || header === 'video') section = header;
    const digits = DEVICE.exec(text)?.[1];
    if (section === undefined || digits === undefined) continue;
    const index = Number(digits);
    if ((found[section].get(index) ?? text) !== text) disputed.add(`${section} ${index}`);
    found[section].set(index, text);
  }
  const sure = (kind: keyof typeof found) =>
    [...found[kind]].filter(([index]) => !disputed.has(`${kind} ${index}`)).map(([, text]) => deviceOf(text));
  return {
    microphones: sure('audio'),
    screens: sure('video')
      .flatMap(({ index, name, uid }) => {
        const screen = uid === null ? SCREEN.exec(name)?.[1] : undefined;
        return screen === undefined ? [] : [{ index, screen: Number(screen) }];
      })
      .filter(({ screen }, _at, all) => all.filter((other) => other.screen === screen).length === 1),
  };
}

/** Whether ffmpeg asked AVFoundation at all: a build without it says something else. */
export function isAvfoundationListing(stderr: string): boolean {
  return completeLines(stderr).some((line) => SECTION.test(PREFIX.exec(line)?.[1] ?? ''));
}

function deviceOf(text: string): AvfoundationDevice {
  const [, index = '', name = '', uid] = DEVICE.exec(text) ?? [];
  return { index: Number(index), name, uid: uid ?? null };
}
