import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Channel } from '../../contract/channel.ts';
import type { Fragment } from '../../contract/fragment.ts';
import { childEnv } from '../../main/channels/host-env.ts';
import { showsContent } from '../../main/pipeline/channel-health.ts';
import { findLeash, leashed } from '../../main/pipeline/child-leash.ts';
import type { Ffmpeg } from '../../main/pipeline/ffmpeg-finder.ts';
import { isAtLeast } from '../../main/pipeline/ffmpeg-version.ts';

/** What decoding a recording shows. */
export type Content =
  | {
      readonly kind: 'sound';
      readonly decodedMs: number;
      /** In dBFS; null: digital silence. */
      readonly peakDb: number | null;
      readonly isDigitalSilence: boolean;
    }
  | {
      readonly kind: 'picture';
      readonly frames: number;
      /** Darkest and brightest spot of all frames, 0 to 255. */
      readonly darkest: number;
      readonly brightest: number;
      /** Frames that differ from the one before. */
      readonly changes: number;
      /** No frame has more light than a pointer, which is drawn also where all else is withheld. */
      readonly isBlack: boolean;
    };

const RATE = 48_000;
/** Of 32768: what Opus makes of samples that are all zero, measured with libopus 1.3.1. */
const SILENT_PEAK = 1;
/** Frames are looked at this small. */
const [WIDTH, HEIGHT] = [64, 36];
/** What an encoder makes of black stays below. */
const BLACKEST = 8;

/** Decodes the last take of a recording, from memory to memory. Null where there is nothing to decode. */
export async function contentOf(
  fragments: readonly Fragment[],
  channel: Channel,
  ffmpeg: Pick<Ffmpeg, 'path' | 'version'>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Content | null> {
  const last = fragments.at(-1)?.header.take;
  const file = Buffer.concat(
    fragments.filter(({ header }) => header.take === last).map(({ bytes }) => bytes),
  );
  const form =
    channel.kind === 'display'
      ? [
          ...['-vf', `scale=${WIDTH}:${HEIGHT}:flags=area`, '-pix_fmt', 'yuv420p', '-f', 'rawvideo'],
          ...[isAtLeast(ffmpeg.version, 5, 1) ? '-fps_mode' : '-vsync', 'passthrough'],
        ]
      : ['-ac', '1', '-ar', String(RATE), '-f', 's16le'];
  const decoded = await decode(file, form, ffmpeg.path, env);
  if (decoded.length === 0) return null;
  return channel.kind === 'display' ? pictureOf(decoded, channel) : soundOf(decoded);
}

/** A minute of a large display is decoded in a tenth of it. */
const PATIENCE_MS = 60_000;

async function decode(
  file: Buffer,
  form: readonly string[],
  ffmpegPath: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Buffer> {
  const args = ['-v', 'error', '-i', 'pipe:0', ...form, 'pipe:1'];
  const leash = leashed(await findLeash(process.platform, env), ffmpegPath, args);
  try {
    const child = spawn(leash.program, leash.args, {
      env: childEnv(env),
      stdio: ['pipe', 'pipe', 'ignore', ...leash.moreStdio],
      detached: leash.isDetached,
      windowsHide: true,
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
    });
    const ended = once(child, 'close').catch(() => undefined);
    leash.hold(child);
    const [stdin, stdout] = child.stdio as unknown as readonly [Writable, Readable];
    const parts: Buffer[] = [];
    stdout.on('data', (part: Buffer) => parts.push(part));
    // It may have seen enough before it has read everything.
    stdin.on('error', () => stdin.destroy());
    stdin.end(file);
    await ended;
    return Buffer.concat(parts);
  } catch {
    // Node has no pipes to hand out where there are no file descriptors left.
    return Buffer.alloc(0);
  }
}

function soundOf(samples: Buffer): Content {
  let peak = 0;
  for (let at = 0; at + 1 < samples.length; at += 2) peak = Math.max(peak, Math.abs(samples.readInt16LE(at)));
  return {
    kind: 'sound',
    decodedMs: Math.round((samples.length / 2 / RATE) * 1_000),
    peakDb: peak <= SILENT_PEAK ? null : Math.round(200 * Math.log10(peak / 32_768)) / 10,
    isDigitalSilence: peak <= SILENT_PEAK,
  };
}

function pictureOf(pixels: Buffer, channel: Channel): Content {
  const size = WIDTH * HEIGHT;
  // The brightness comes first, then a quarter of it for each of two colours.
  const [whole, black, white] = [size * 1.5, 16, 235];
  const frames = Math.floor(pixels.length / whole);
  const frame = (index: number) => pixels.subarray(index * whole, index * whole + size);
  let [changes, darkest, brightest, isLit] = [0, white, black, false];
  for (let index = 0; index < frames; index++) {
    const luma = frame(index);
    if (index > 0 && !luma.equals(frame(index - 1))) changes++;
    let sum = 0;
    for (const value of luma) {
      darkest = Math.min(darkest, value);
      brightest = Math.max(brightest, value);
      sum += value;
    }
    isLit ||= showsContent({ kind: 'luma', mean: sum / size }, channel);
  }
  const level = (luma: number) =>
    Math.round(Math.min(1, Math.max(0, (luma - black) / (white - black))) * 255);
  return {
    ...{ kind: 'picture', frames, changes },
    ...{ darkest: level(darkest), brightest: level(brightest) },
    isBlack: !isLit || level(brightest) <= BLACKEST,
  };
}
