import { spawn } from 'node:child_process';
import type { ProcessEnv } from '../channels/host-env.ts';
import { childEnv } from '../channels/host-env.ts';
import { DEFAULT_FORMAT } from './capture-format.ts';
import type { Ffmpeg } from './ffmpeg-finder.ts';
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
  const choice = known.get(key) ?? choose(ffmpeg, candidates(wish, platform), env);
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
  env: ProcessEnv,
): Promise<EncoderChoice> {
  const tried: EncoderTrial[] = [];
  for (const encoder of candidates) {
    const flaw = ffmpeg.encoders.has(encoder) ? await tryEncoder(ffmpeg.path, encoder, env) : 'not built in';
    tried.push({ encoder, flaw });
    if (flaw === null) return { encoder, tried };
  }
  return { encoder: SOFTWARE_ENCODER, tried };
}

const FRAMES = DEFAULT_FORMAT.framesPerSecond;
const PATIENCE_MS = 8_000;

/** Encodes a second of a moving test picture and decodes it again: null where frames come back, else why not. */
export async function tryEncoder(
  path: string,
  encoder: VideoEncoder,
  env: ProcessEnv,
): Promise<string | null> {
  const filters = ['format=yuv420p', encoderFilters(encoder)].filter((filter) => filter !== '').join(',');
  const encoded = await run(path, env, [
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
  const decoded = await run(path, env, ['-i', 'pipe:0', '-map', '0:v', '-f', 'framecrc', 'pipe:1'], encoded);
  if (typeof decoded === 'string') return `what it writes cannot be read: ${decoded}`;
  const frames = decoded.toString('latin1').match(/^0, /gm)?.length ?? 0;
  return frames >= FRAMES - 2 ? null : `${frames} frames of ${FRAMES} came back`;
}

function run(
  path: string,
  env: ProcessEnv,
  args: readonly string[],
  input?: Buffer,
): Promise<Buffer | string> {
  return new Promise((resolve) => {
    const child = spawn(path, ['-hide_banner', '-nostats', '-loglevel', 'error', ...args], {
      env: childEnv(env),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
    });
    const out: Buffer[] = [];
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(0, 500);
    });
    // A program that ends before it has read everything says why on stderr.
    child.stdin.on('error', () => child.stdin.destroy());
    child.stdin.end(input);
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(Buffer.concat(out));
      const [line = ''] = said.trim().split('\n', 1);
      resolve(line || (signal === null ? `exit ${code}` : `no end within ${PATIENCE_MS / 1_000} s`));
    });
  });
}
