/**
 * Reading and placing fragmented MP4 (ISO/IEC 14496-12): pure functions over bytes, used by the pipeline to
 * split ffmpeg's output and by the media service to lay takes end to end.
 */

/** One box: its four-character type and where it lies. `headerBytes` is 8, or 16 for a 64-bit size. */
export type Box = {
  readonly type: string;
  readonly offset: number;
  readonly size: number;
  readonly headerBytes: number;
};

/**
 * The box that starts at `offset`, or undefined where fewer bytes are there than its header needs.
 * `size` may reach beyond the bytes at hand. Throws RangeError on a size smaller than the header.
 */
export function boxAt(bytes: Uint8Array, offset: number): Box | undefined {
  if (bytes.length - offset < 8) return undefined;
  const view = viewOf(bytes);
  const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
  const size32 = view.getUint32(offset);
  if (size32 !== 1) {
    // Size 0 means "to the end of the file" (4.2), which a live stream does not have.
    if (size32 < 8) throw new RangeError(`box ${JSON.stringify(type)} has the impossible size ${size32}`);
    return { type, offset, size: size32, headerBytes: 8 };
  }
  if (bytes.length - offset < 16) return undefined;
  const size = Number(view.getBigUint64(offset + 8));
  if (size < 16) throw new RangeError(`box ${JSON.stringify(type)} has the impossible size ${size}`);
  return { type, offset, size, headerBytes: 16 };
}

/** The boxes that lie whole between `start` and `end`, in order. */
export function boxesIn(bytes: Uint8Array, start = 0, end = bytes.length): Box[] {
  const boxes: Box[] = [];
  for (let offset = start; offset < end; ) {
    const box = boxAt(bytes.subarray(0, end), offset);
    if (box === undefined || offset + box.size > end) break;
    boxes.push(box);
    offset += box.size;
  }
  return boxes;
}

/** The first box at the end of a path such as ['moov', 'trak', 'mdia', 'mdhd']. */
export function findBox(bytes: Uint8Array, path: readonly string[]): Box | undefined {
  let start = 0;
  let end = bytes.length;
  let found: Box | undefined;
  for (const type of path) {
    found = boxesIn(bytes, start, end).find((box) => box.type === type);
    if (found === undefined) return undefined;
    start = found.offset + found.headerBytes;
    end = found.offset + found.size;
  }
  return found;
}

/**
 * Ticks per second of the first track, from its mdhd box (8.4.2). Undefined where the init segment has none.
 * Throws RangeError where a box is cut off.
 */
export function timescaleOf(init: Uint8Array): number | undefined {
  const mdhd = findBox(init, ['moov', 'trak', 'mdia', 'mdhd']);
  if (mdhd === undefined) return undefined;
  const version = init[fieldOf(mdhd, 0)];
  // After version and flags: creation and modification time, 4 bytes each in version 0, 8 in version 1.
  return viewOf(init).getUint32(fieldOf(mdhd, 4 + (version === 1 ? 16 : 8)));
}

/** Where a media fragment (moof + mdat) lies on its take's own timeline, in ticks of the timescale. */
export type FragmentTiming = {
  readonly startTicks: number;
  readonly durationTicks: number;
  readonly samples: number;
};

/**
 * Timing from tfdt (8.8.12) and trun (8.8.8) with the defaults of tfhd (8.8.7). Undefined: not a media fragment.
 * Throws RangeError where a box is cut off.
 */
export function timingOf(fragment: Uint8Array): FragmentTiming | undefined {
  const tfdt = findBox(fragment, ['moof', 'traf', 'tfdt']);
  const tfhd = findBox(fragment, ['moof', 'traf', 'tfhd']);
  const traf = findBox(fragment, ['moof', 'traf']);
  if (tfdt === undefined || tfhd === undefined || traf === undefined) return undefined;
  const view = viewOf(fragment);
  const fallback = defaultSampleDuration(view, tfhd);
  let durationTicks = 0;
  let samples = 0;
  for (const trun of boxesIn(fragment, traf.offset + traf.headerBytes, traf.offset + traf.size)) {
    if (trun.type !== 'trun') continue;
    const flags = view.getUint32(fieldOf(trun, 0)) & 0xffffff;
    const count = view.getUint32(fieldOf(trun, 4));
    samples += count;
    if ((flags & 0x100) === 0) {
      durationTicks += count * fallback;
      continue;
    }
    const stride = 4 * [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length;
    const first = fieldOf(trun, 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0), count * stride);
    for (let index = 0; index < count; index++) durationTicks += view.getUint32(first + index * stride);
  }
  return { startTicks: readTfdt(view, tfdt), durationTicks, samples };
}

/**
 * A copy of a media fragment that starts at `startTicks` and is number `sequenceNumber` of its file (mfhd, 8.8.5).
 * Throws RangeError where the fragment has no tfdt, a box is cut off or the time does not fit its field.
 */
export function placedAt(fragment: Uint8Array, startTicks: number, sequenceNumber: number): Uint8Array {
  // Not slice(): that of a Buffer shares its bytes.
  const copy = new Uint8Array(fragment);
  const view = viewOf(copy);
  const tfdt = findBox(copy, ['moof', 'traf', 'tfdt']);
  const mfhd = findBox(copy, ['moof', 'mfhd']);
  if (tfdt === undefined || mfhd === undefined)
    throw new RangeError('not a media fragment: tfdt or mfhd is missing');
  const isLong = copy[fieldOf(tfdt, 0)] === 1;
  if (!Number.isSafeInteger(startTicks) || startTicks < 0 || (!isLong && startTicks > 0xffffffff))
    throw new RangeError(`the time ${startTicks} does not fit tfdt`);
  view.setUint32(fieldOf(mfhd, 4), sequenceNumber);
  if (isLong) view.setBigUint64(fieldOf(tfdt, 4, 8), BigInt(startTicks));
  else view.setUint32(fieldOf(tfdt, 4), startTicks);
  return copy;
}

function readTfdt(view: DataView, tfdt: Box): number {
  return view.getUint8(fieldOf(tfdt, 0)) === 1
    ? Number(view.getBigUint64(fieldOf(tfdt, 4, 8)))
    : view.getUint32(fieldOf(tfdt, 4));
}

function defaultSampleDuration(view: DataView, tfhd: Box): number {
  const flags = view.getUint32(fieldOf(tfhd, 0)) & 0xffffff;
  if ((flags & 0x8) === 0) return 0;
  const skipped = (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0);
  return view.getUint32(fieldOf(tfhd, 8 + skipped));
}

/** Where `length` bytes lie, `at` bytes after a box's header. Throws RangeError where the box ends before them. */
function fieldOf(box: Box, at: number, length = 4): number {
  if (box.headerBytes + at + length > box.size)
    throw new RangeError(`box ${JSON.stringify(box.type)} is cut off`);
  return box.offset + box.headerBytes + at;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
