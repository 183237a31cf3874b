import { completeLines } from './complete-lines.ts';

/** What a DirectShow device gives, as far as ffmpeg says; a device may give both, or nothing it could name. */
export type DshowKind = 'audio' | 'video';

export type DshowDevice = {
  /** What a person sees; two devices may have the same. */
  readonly name: string;
  /** `@device_cm_{…}\wave_{…}`: one of a kind, and the same after a restart. Null before ffmpeg of 2013. */
  readonly alternativeName: string | null;
  readonly kinds: ReadonlySet<DshowKind>;
};

const PREFIX = /^\[dshow @ (?:0x)?[0-9a-fA-F]+\] (.*)$/s;
const SECTION = /^DirectShow (video|audio) devices\b/;
const DEVICE = /^ ?"(.+)"(?: \(([a-z]+(?:, [a-z]+)*)\))?$/s;
const ALTERNATIVE = /^ {2,}Alternative name "(.+)"$/s;
/** The first ` [` ends the alternative name: only under Wine can one hold a bracket. */
const SOURCE = /^[* ] (@device_.+?) \[(.+)\] \(([a-z]+(?:, [a-z]+)*)\)$/s;

/**
 * Parses what `ffmpeg -list_devices true -f dshow -i dummy` prints on stderr (dshow.c of FFmpeg 3.2, 4.1 and 7.1). Up to
 * 4.4 a device belongs to the section it stands in; from 5 on its line says `(audio)`, `(video, audio)` or `(none)`.
 */
export function parseDshowListing(stderr: string): DshowDevice[] {
  const devices: DshowDevice[] = [];
  let section: DshowKind | undefined;
  let isNameDue = false;
  for (const line of completeLines(stderr)) {
    const text = PREFIX.exec(line)?.[1];
    const alternativeName = text === undefined ? undefined : ALTERNATIVE.exec(text)?.[1];
    const last = devices.at(-1);
    if (isNameDue && alternativeName !== undefined && last !== undefined)
      devices[devices.length - 1] = { ...last, alternativeName };
    isNameDue = false;
    if (text === undefined || alternativeName !== undefined) continue;

    const header = SECTION.exec(text)?.[1];
    if (header === 'audio' || header === 'video') section = header;
    const [, name, suffix] = DEVICE.exec(text) ?? [];
    if (name === undefined) continue;
    const said = suffix === undefined ? (section ?? '') : suffix;
    devices.push({ name, alternativeName: null, kinds: kindsIn(said) });
    isNameDue = true;
  }
  return merged(devices);
}

/** Parses what `ffmpeg -sources dshow` prints on stdout: `  <alternative name> [<name>] (audio)`. From FFmpeg 5 on. */
export function parseDshowSources(stdout: string): DshowDevice[] {
  return merged(
    completeLines(stdout).flatMap((line) => {
      const [, alternativeName, name, kinds] = SOURCE.exec(line) ?? [];
      return alternativeName === undefined || name === undefined || kinds === undefined
        ? []
        : [{ name, alternativeName, kinds: kindsIn(kinds) }];
    }),
  );
}

/** Whether ffmpeg asked DirectShow at all: a build without dshow says something else. */
export function isDshowListing(stderr: string): boolean {
  return completeLines(stderr).some((line) => PREFIX.test(line));
}

function kindsIn(text: string): ReadonlySet<DshowKind> {
  return new Set(text.split(', ').filter((word) => word === 'audio' || word === 'video'));
}

/** Up to 4.4 a device that is video and audio stands in both sections. */
function merged(devices: readonly DshowDevice[]): DshowDevice[] {
  const known = new Map<string, DshowDevice>();
  for (const device of devices) {
    const key = `${device.name}\n${device.alternativeName}`;
    const before = device.alternativeName === null ? undefined : known.get(key);
    const kinds = before === undefined ? device.kinds : new Set([...before.kinds, ...device.kinds]);
    known.set(device.alternativeName === null ? `${key}\n${known.size}` : key, { ...device, kinds });
  }
  return [...known.values()];
}
