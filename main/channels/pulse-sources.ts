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
export function parseSources(text: string): PulseSource[] {
  return text.split(/^(?=Source #\d+$)/m).flatMap((block) => {
    const index = /^Source #(\d+)$/m.exec(block)?.[1];
    const name = field(block, 'Name');
    if (index === undefined || name === null) return [];
    const monitorOf = field(block, 'Monitor of Sink');
    return [
      {
        index: Number(index),
        name,
        description: field(block, 'Description') ?? name,
        monitorOf: monitorOf === 'n/a' ? null : monitorOf,
      },
    ];
  });
}

/** Parses `pactl info` in the C locale. */
export function parseDefaults(text: string): PulseDefaults {
  return { sink: known(topField(text, 'Default Sink')), source: known(topField(text, 'Default Source')) };
}

/** PipeWire names a default it does not have `@DEFAULT_SINK@`; PulseAudio says `n/a`. */
function known(name: string | null): string | null {
  return name === null || name === 'n/a' || name === '(null)' || name.startsWith('@') ? null : name;
}

function field(block: string, label: string): string | null {
  return new RegExp(`^\\t${label}: (.+)$`, 'm').exec(block)?.[1]?.trim() ?? null;
}

function topField(text: string, label: string): string | null {
  return new RegExp(`^${label}: (.+)$`, 'm').exec(text)?.[1]?.trim() ?? null;
}
