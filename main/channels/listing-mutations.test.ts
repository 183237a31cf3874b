import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { channel } from '../../contract/channel.ts';
import { parseAvfoundationListing } from './avfoundation-listing.ts';
import { parseDshowListing, parseDshowSources } from './dshow-listing.ts';
import { macMicrophones } from './macos-microphones.ts';
import { microphoneChannels } from './microphone-channels.ts';
import { windowsMicrophones } from './windows-microphones.ts';

const folder = new URL('listings/', import.meta.url);
const LISTINGS = readdirSync(folder)
  .filter((name) => name.endsWith('.txt'))
  .map((name) => readFileSync(new URL(name, folder)));
const LINES = LISTINGS.flatMap((bytes) => bytes.toString('latin1').split(/(?<=\n)/));

/** One thing that can happen to a listing; numbers from 0 to 1 are places in it. */
type Mutation =
  | { readonly kind: 'drop' | 'double' | 'truncate'; readonly at: number }
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'newlines'; readonly to: '\n' | '\r\n' | '\r' }
  | { readonly kind: 'insert'; readonly at: number; readonly text: string }
  | { readonly kind: 'insert-line'; readonly at: number; readonly line: string };

/** Evenly spread; `fc.double` is not, most of its numbers lie next to zero. */
const place = fc.nat(999_999).map((millionths) => millionths / 1_000_000);
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constantFrom('drop' as const, 'double' as const, 'truncate' as const), at: place }),
  fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('newlines' as const), to: fc.constantFrom('\n', '\r\n', '\r') }),
  fc.record({ kind: fc.constant('insert' as const), at: place, text: fc.string({ maxLength: 30 }) }),
  fc.record({ kind: fc.constant('insert-line' as const), at: place, line: fc.constantFrom(...LINES) }),
);

/** Bytes as latin1, so that a mutation may tear a character apart. */
function mutated(text: string, change: Mutation): string {
  const at = 'at' in change ? Math.floor(change.at * text.length) : 0;
  const lines = text.split(/(?<=\n)/);
  const line = 'at' in change ? Math.floor(change.at * lines.length) : 0;
  switch (change.kind) {
    case 'drop':
      return lines.toSpliced(line, 1).join('');
    case 'double':
      return lines.toSpliced(line, 0, lines[line] ?? '').join('');
    case 'truncate':
      return text.slice(0, at);
    case 'flip':
      return `${text.slice(0, at)}${String.fromCharCode((text.charCodeAt(at) || 0) ^ (1 << change.bit))}${text.slice(at + 1)}`;
    case 'newlines':
      return text.replace(/\r?\n/g, change.to);
    case 'insert':
      return `${text.slice(0, at)}${change.text}${text.slice(at)}`;
    case 'insert-line':
      return lines.toSpliced(line, 0, change.line).join('');
  }
}

/** Lines as they were printed, found in another way than the parsers do. */
function printedLines(text: string): string[] {
  return [...text.matchAll(/([^\n]*?)\r?\n/g)].map(([, line = '']) => line);
}

const dshow = (line: string) => /^\[dshow @ /.test(line);

/** Of each line what the last header before it was about, e.g. `audio`; found by going back from it. */
function sectionOf(lines: readonly string[], at: number, header: RegExp): string | undefined {
  return lines
    .slice(0, at)
    .toReversed()
    .flatMap((line) => header.exec(line)?.[1] ?? [])[0];
}
const DSHOW_HEADER = /^\[dshow @ (?:0x)?[0-9a-fA-F]+\] DirectShow (video|audio) devices\b/;
const MAC_HEADER =
  /^\[AVFoundation (?:indev|input device) @ 0x[0-9a-fA-F]+\] AVFoundation (video|audio) devices:$/;

test('no mutated listing throws, and none gets a device that does not stand in it', () => {
  let devices = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...LISTINGS),
      fc.array(mutation, { minLength: 1, maxLength: 6 }),
      (listing, changes) => {
        const bytes = changes.reduce(mutated, listing.toString('latin1'));
        const text = Buffer.from(bytes, 'latin1').toString('utf8');
        const lines = printedLines(text);

        for (const { name, alternativeName, kinds } of parseDshowListing(text)) {
          devices++;
          // Each line of this name with what it is said to be: by itself, else by the header that it stands under.
          const own = lines.flatMap((line, at) => {
            const text = line.replace(/^\[dshow @ [^\]]*\] {1,2}/, '');
            if (!dshow(line) || text === line || !text.startsWith(`"${name}"`)) return [];
            const said = text.slice(name.length + 2);
            return said === '' ? [[sectionOf(lines, at, DSHOW_HEADER)]] : [said.match(/[a-z]+/g) ?? []];
          });
          expect(own).not.toEqual([]);
          for (const kind of kinds) expect(own.some((said) => said.includes(kind))).toBe(true);
          if (alternativeName !== null)
            expect(
              lines.some((line) => dshow(line) && line.endsWith(`  Alternative name "${alternativeName}"`)),
            ) //
              .toBe(true);
        }
        const offered = [
          ...windowsMicrophones(parseDshowListing(text)).microphones,
          ...macMicrophones(parseAvfoundationListing(text).microphones).microphones,
        ];
        const channels = microphoneChannels(offered, { kind: 'not-said' });
        for (const one of channels) expect(channel.safeParse(one).error).toBeUndefined();
        expect(new Set(channels.map(({ id }) => id)).size).toBe(channels.length);
        for (const { name, alternativeName } of parseDshowSources(text)) {
          devices++;
          expect(lines.some((line) => line.slice(2).startsWith(`${alternativeName} [${name}] (`))).toBe(true);
        }
        const { microphones, screens } = parseAvfoundationListing(text);
        const stands = (index: number, name: string, section: string) =>
          lines.some((line, at) => {
            const entry = /^\[AVFoundation (?:indev|input device) @ 0x[^\]]+\] \[0*(\d+)\] /.exec(line);
            const isIt = entry?.[1] === String(index) && line.slice(entry[0].length).startsWith(name);
            return isIt && sectionOf(lines, at, MAC_HEADER) === section;
          });
        for (const { index, name, uid } of microphones) {
          devices++;
          expect(stands(index, name, 'audio')).toBe(true);
          if (uid !== null) expect(lines.some((line) => line.includes(`${name}  [uid:${uid}]`))).toBe(true);
        }
        for (const { index, screen } of screens) {
          devices++;
          expect(stands(index, 'Capture screen ', 'video')).toBe(true);
          expect(lines.some((line) => new RegExp(`Capture screen 0*${screen}$`).test(line))).toBe(true);
        }
        expect(new Set(microphones.map(({ index }) => index)).size).toBe(microphones.length);
        expect(new Set(screens.map(({ index }) => index)).size).toBe(screens.length);
        expect(new Set(screens.map(({ screen }) => screen)).size).toBe(screens.length);
      },
    ),
    { numRuns: 10_000 },
  );
  // Else the mutations left nothing to find, and the property nothing to say.
  expect(devices).toBeGreaterThan(10_000);
}, 120_000);
