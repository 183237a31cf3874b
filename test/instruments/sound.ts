import { runToEnd, shownFrames } from './ffmpeg.ts';

export type Pcm = { readonly samples: Float32Array; readonly rateHz: number };

/** A codec's frame that is off by less continues the one before it: Matroska rounds time stamps to 1 ms. */
const jitterSeconds = 0.0015;

/**
 * The sound of a file, mono, as it lies on the file's own timeline: index 0 is time 0, silence before the stream
 * starts and wherever its time stamps leave a gap.
 */
export async function pcmOf(file: string, rateHz: number): Promise<Pcm> {
  const filter = `aresample=${rateHz},aformat=sample_fmts=flt:channel_layouts=mono,ashowinfo`;
  const output = ['-vn', '-af', filter, '-copyts', '-c:a', 'pcm_f32le', '-f', 'f32le', 'pipe:1'];
  const { stdout, stderr } = await runToEnd('ffmpeg', ['-hide_banner', '-nostats', '-i', file, ...output]);
  const decoded = new Float32Array(new Uint8Array(stdout).buffer, 0, stdout.length >> 2);
  const frames = shownFrames(stderr).map((frame) => ({
    at: Number(frame.get('pts')),
    length: Number(frame.get('nb_samples')),
  }));
  return { samples: laidOut(decoded, frames, Math.round(jitterSeconds * rateHz)), rateHz };
}

type Frame = { readonly at: number; readonly length: number };

function laidOut(decoded: Float32Array, frames: readonly Frame[], jitter: number): Float32Array {
  const places: { from: number; to: number; length: number }[] = [];
  let [from, expected, end] = [0, Number.NaN, 0];
  for (const { at, length } of frames) {
    const to = Math.abs(at - expected) <= jitter ? expected : at;
    places.push({ from, to, length });
    expected = to + length;
    from += length;
    end = Math.max(end, expected);
  }
  const samples = new Float32Array(end);
  for (const place of places) {
    const skipped = Math.max(0, -place.to);
    if (skipped >= place.length) continue;
    samples.set(decoded.subarray(place.from + skipped, place.from + place.length), place.to + skipped);
  }
  return samples;
}
