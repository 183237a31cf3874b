import { type Channel, type ChannelKind, kindOf } from '../../contract/channel.ts';
import { findBox } from '../../contract/mp4.ts';
import { ok, type Result } from '../../contract/result.ts';
import { type Format, formatsOf, newTimeline } from '../../contract/timeline.ts';
import type { Recording } from '../vault/recording.ts';

/** What is stored of one channel, as files that ffmpeg reads: one for each format, on the timeline of the recording. */
export type Track = {
  readonly channelId: Channel['id'];
  readonly kind: ChannelKind;
  readonly name: string;
  readonly parts: readonly Part[];
};

export type Part = {
  readonly bytes: number;
  /** Of a display, in pixels. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  /** The file, piece by piece; ends with the error of a fragment that cannot be read. */
  readonly pieces: () => AsyncGenerator<Result<Uint8Array>>;
};

/** The stored channels of which there is media, in the order of the recording. Errors: `vault-damaged`. */
export async function tracksOf(recording: Recording): Promise<Result<Track[]>> {
  const tracks: Track[] = [];
  for (const { id, name } of recording.facts().channels) {
    const parts: Part[] = [];
    for (const format of formatsOf(recording.fragments(id).map(({ header }) => header))) {
      const part = await partOf(recording, id, format);
      if (!part.ok) return part;
      parts.push(part.value);
    }
    if (parts.length > 0) tracks.push({ channelId: id, kind: kindOf(id), name, parts });
  }
  return ok(tracks);
}

async function partOf(recording: Recording, channelId: string, { takes }: Format): Promise<Result<Part>> {
  const stored = recording.fragments(channelId).filter(({ header }) => takes.has(header.take));
  const [first] = stored;
  if (first === undefined) throw new RangeError('a format without a fragment');
  const init = await recording.read(first);
  if (!init.ok) return init;
  return ok({
    size: pictureSize(init.value.bytes),
    bytes: stored.reduce((sum, { header }) => sum + header.bytes, 0),
    pieces: async function* () {
      const place = newTimeline();
      for (const each of stored) {
        const read = await recording.read(each);
        if (!read.ok) {
          yield read;
          return;
        }
        const piece = place({ ...each.header, bytes: read.value.bytes });
        if (piece !== undefined) yield ok(piece);
      }
    },
  });
}

/** Width and height of a track's picture: the end of its header, as 16.16 (ISO/IEC 14496-12, 8.3.2). */
function pictureSize(init: Uint8Array): Part['size'] {
  const box = findBox(init, ['moov', 'trak', 'tkhd']);
  if (box === undefined) return undefined;
  const view = new DataView(init.buffer, init.byteOffset + box.offset + box.size - 8, 8);
  const [width, height] = [view.getUint16(0), view.getUint16(4)];
  return width > 0 && height > 0 ? { width, height } : undefined;
}
