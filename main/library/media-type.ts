import { findBox } from '../../contract/mp4.ts';

/** Version, flags and the count of entries (ISO/IEC 14496-12, 8.5.2), in bytes. */
const LIST_HEADER = 8;

/**
 * The media type of an init segment with its codec, as a browser is asked for it (RFC 6381): Opus, or H.264 by the three
 * bytes of its decoder configuration (ISO/IEC 14496-15, 5.3.3.1). Undefined where it is neither.
 */
export function mediaTypeOf(init: Uint8Array): string | undefined {
  const list = findBox(init, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd']);
  if (list === undefined) return undefined;
  const content = Buffer.from(init.buffer, init.byteOffset + list.offset, list.size);
  const entry = content.toString('latin1', 8 + LIST_HEADER + 4, 8 + LIST_HEADER + 8);
  if (entry === 'Opus') return 'audio/mp4; codecs="opus"';
  const configuration = content.indexOf('avcC');
  if (entry !== 'avc1' || configuration === -1) return undefined;
  const profile = content.subarray(configuration + 5, configuration + 8);
  return profile.length === 3 ? `video/mp4; codecs="avc1.${profile.toString('hex')}"` : undefined;
}
