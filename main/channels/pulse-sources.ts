/** A source of PulseAudio, or of PipeWire behind its PulseAudio protocol. */
export type PulseSource = {
  /** The server's number for it, until it is unplugged. */
  readonly index: number;
  /** The server's own name: what a recording opens. */
  readonly name: string;
  readonly description: string;
  /** The sink whose sound this source repeats; null for a real input. */
  readonly monitorOf: string | null;
};

/** The names the server uses at present where a program asks for the default. */
export type PulseDefaults = { readonly sink: string | null; readonly source: string | null };

/**
 * Parses `pactl list sources` in the C locale. The text form, because the JSON form of pactl 16 prints
 * `(null)` for every description with a letter outside ASCII, and older ones have no JSON at all.
 */
export function parseSources(text: string, known: readonly SourceName[]): PulseSource[] {
  const blocks = text.split(/^(?=Source #\d+$)/m).slice(text.startsWith('Source #') ? 0 : 1);
  const read = blocks.map((block) => sourceIn(block));
  // A description may hold line breaks, and pactl prints them as they are: what it makes up after one of them is in no other
  // list, or there twice, and whoever made it up comes just before it.
  const isMadeUp = read.map(
    (one) =>
      !known.some(({ index, name }) => index === one.index && name === one.name) ||
      read.filter(({ index }) => index === one.index).length > 1,
  );
  return read.flatMap((one, at) =>
    one.isWhole && !isMadeUp[at] && isMadeUp[at + 1] !== true ? [one.source] : [],
  );
}

/** A source by number and name, neither of which can hold a line break. */
export type SourceName = Pick<PulseSource, 'index' | 'name'>;

/** Parses `pactl list short sources`: `12\talsa_input.usb…\tmodule-…\ts16le 1ch 48000Hz\tIDLE`. */
export function parseSourceNames(text: string): SourceName[] {
  return [...text.matchAll(/^(\d+)\t([^\t\n]+)/gm)].map(([, index, name = '']) => ({
    index: Number(index),
    name,
  }));
}

/** What each source has once; a description that holds another of them is not to be told apart from it. */
const ONCE = ['State', 'Name', 'Description', 'Monitor of Sink'] as const;

function sourceIn(block: string) {
  const index = Number(/^Source #(\d+)$/m.exec(block)?.[1]);
  const fields = ONCE.map((label) => [...block.matchAll(new RegExp(`^\\t${label}: (.+)$`, 'gm'))]);
  const [, name = '', description = '', monitorOf = ''] = fields.map(([first]) => first?.[1]?.trim());
  return {
    index,
    name,
    isWhole: fields.every(({ length }) => length === 1),
    source: { index, name, description, monitorOf: monitorOf === 'n/a' ? null : monitorOf },
  };
}

/** Parses `pactl info` in the C locale. */
export function parseDefaults(text: string): PulseDefaults {
  return { sink: known(topField(text, 'Default Sink')), source: known(topField(text, 'Default Source')) };
}

/** PipeWire names a default it does not have `@DEFAULT_SINK@`; PulseAudio says `n/a`. */
function known(name: string | null): string | null {
  return name === null || name === 'n/a' || name === '(null)' || name.startsWith('@') ? null : name;
}

function topField(text: string, label: string): string | null {
  return new RegExp(`^${label}: (.+)$`, 'm').exec(text)?.[1]?.trim() ?? null;
}
