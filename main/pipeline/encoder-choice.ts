import { access, constants } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import type { ProcessEnv } from '../channels/host-env.ts';
import { childEnv } from '../channels/host-env.ts';
import { DEFAULT_FORMAT } from './capture-format.ts';
import { findLeash, leashed } from './child-leash.ts';
import type { Ffmpeg } from './ffmpeg-finder.ts';
import { startChild } from './started-child.ts';
import type { VideoEncoder } from './video-encoder.ts';
import {
  encoderFilters,
  encoderOptions,
  HARDWARE,
  SOFTWARE_ENCODER,
  VIDEO_ENCODERS,
} from './video-encoder.ts';

/** Which encoder is taken, and what became of those before it. */
export type EncoderChoice = {
  readonly encoder: VideoEncoder;
  readonly tried: readonly EncoderTrial[];
};

export type EncoderTrial = {
  readonly encoder: VideoEncoder;
  /** Null: it works. */
  readonly flaw: string | null;
};

type Program = Pick<Ffmpeg, 'path' | 'encoders'>;

/** By what an executable said of itself, which is remembered by its path, size and time. */
const choices = new WeakMap<ReadonlySet<string>, Map<string, Promise<EncoderChoice>>>();

/**
 * The video encoder for displays: the first in hardware that is built in and gives a second of video that decodes, else
 * x264. TALLYLIGHT_ENCODER is `auto`, `software` or a name from VIDEO_ENCODERS, which is then tried alone; without it
 * Linux stays with software. Takes up to 8 s for an encoder that hangs, once per executable; software is not tried.
 */
export function chooseVideoEncoder(
  ffmpeg: Program,
  platform: NodeJS.Platform,
  env: ProcessEnv,
): Promise<EncoderChoice> {
  const wish = env.TALLYLIGHT_ENCODER ?? (platform === 'linux' ? 'software' : 'auto');
  const known = choices.get(ffmpeg.encoders) ?? new Map<string, Promise<EncoderChoice>>();
  choices.set(ffmpeg.encoders, known);
  const key = `${ffmpeg.path} ${platform} ${wish}`;
  const choice = known.get(key) ?? choose(ffmpeg, candidates(wish, platform), { platform, env });
  known.set(key, choice);
  return choice;
}

/** An unknown name is as good as `software`: doctor shows what was tried. */
function candidates(wish: string, platform: NodeJS.Platform): readonly VideoEncoder[] {
  if (wish === 'auto') return HARDWARE[platform] ?? [];
  return VIDEO_ENCODERS.filter((name) => name === wish && name !== SOFTWARE_ENCODER);
}

async function choose(
  ffmpeg: Program,
  candidates: readonly VideoEncoder[],
  { platform, env }: { readonly platform: NodeJS.Platform; readonly env: ProcessEnv },
): Promise<EncoderChoice> {
  const tried: EncoderTrial[] = [];
  for (const encoder of candidates) {
    const flaw = ffmpeg.encoders.has(encoder)
      ? await tryEncoder(ffmpeg.path, encoder, env, platform)
      : 'not built in';
    tried.push({ encoder, flaw });
    if (flaw === null) return { encoder, tried };
  }
  return { encoder: SOFTWARE_ENCODER, tried };
}

const FRAMES = DEFAULT_FORMAT.framesPerSecond;
const PATIENCE_MS = 8_000;

/**
 * Encodes a second of a moving test picture and decodes it again: null where frames come back, else why not. A display may
 * be too large for an encoder that works here: its take then goes on in software (take-ways.ts).
 */
export async function tryEncoder(
  path: string,
  encoder: VideoEncoder,
  env: ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): Promise<string | null> {
  const run = (args: readonly string[], input?: Buffer) => runToEnd(path, { platform, env }, args, input);
  const filters = ['format=yuv420p', encoderFilters(encoder)].filter((filter) => filter !== '').join(',');
  const encoded = await run([
    ...['-f', 'lavfi', '-i', `testsrc2=size=1280x720:rate=${FRAMES}:duration=1`],
    ...[
      '-filter_complex',
      `[0:v]${filters}[out]`,
      '-map',
      '[out]',
      ...encoderOptions(encoder, DEFAULT_FORMAT),
    ],
    ...['-movflags', 'empty_moov+default_base_moof', '-f', 'mp4', 'pipe:1'],
  ]);
  if (typeof encoded === 'string') return encoded;
  const decoded = await run(['-i', 'pipe:0', '-map', '0:v', '-f', 'framecrc', 'pipe:1'], encoded);
  if (typeof decoded === 'string') return `what it writes cannot be read: ${decoded}`;
  const frames = decoded.toString('latin1').match(/^0, /gm)?.length ?? 0;
  return frames >= FRAMES - 2 ? null : `${frames} frames of ${FRAMES} came back`;
}

/** On a leash: an encoder that hangs in its driver would outlive us. */
async function runToEnd(
  path: string,
  { platform, env }: { readonly platform: NodeJS.Platform; readonly env: ProcessEnv },
  args: readonly string[],
  input: Buffer | undefined,
): Promise<Buffer | string> {
  try {
    // A leash would hide that there is nothing to start.
    await access(path, constants.X_OK);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const quiet = ['-hide_banner', '-nostats', '-loglevel', 'error'];
  const child = startChild(leashed(await findLeash(platform, env), path, [...quiet, ...args]), {
    env: childEnv(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  if (child instanceof Error) return child.message;
  const [stdin, stdout, stderr] = child.stdio as unknown as readonly [Writable, Readable, Readable];
  return new Promise((resolve) => {
    const out: Buffer[] = [];
    let said = '';
    stdout.on('data', (chunk: Buffer) => out.push(chunk));
    stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(0, 500);
    });
    // A program that ends before it has read everything says why on stderr.
    stdin.on('error', () => stdin.destroy());
    stdin.end(input);
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return resolve(Buffer.concat(out));
      const [line = ''] = said.trim().split('\n', 1);
      resolve(line || (signal === null ? `exit ${code}` : `no end within ${PATIENCE_MS / 1_000} s`));
    });
  });
}
