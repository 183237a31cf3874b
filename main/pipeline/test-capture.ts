import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ChannelState } from '../../contract/bridge/snapshot.ts';
import type { Channel } from '../../contract/channel.ts';
import type { Fragment } from '../../contract/fragment.ts';
import type { TallylightError } from '../../contract/result.ts';
import type { ChannelPipeline, Gap, PipelineOptions } from './channel-pipeline.ts';
import { createChannelPipeline } from './channel-pipeline.ts';
import { startSessionClock } from './clock.ts';
import type { Ffmpeg } from './ffmpeg-finder.ts';
import { findFfmpeg } from './ffmpeg-finder.ts';
import type { Take, TakeOptions } from './take.ts';
import { openTake } from './take.ts';
import { TEST_ENV } from './test-devices.ts';

const run = promisify(execFile);

export const MIC: Channel = {
  id: 'mic:default',
  kind: 'mic',
  name: 'Default microphone',
  device: 'mic',
  isDefault: true,
};
export const SYSTEM_AUDIO: Channel = {
  id: 'system_audio:default',
  kind: 'system_audio',
  name: 'System audio',
  device: 'speakers.monitor',
  isDefault: true,
};
export const DISPLAY: Channel = {
  id: 'display:1',
  kind: 'display',
  name: 'Display 1',
  device: 'screen',
  isDefault: true,
  area: { x: 0, y: 0, width: 320, height: 240 },
};

/** Short fragments, so that tests wait little. */
export const TEST_FORMAT = { framesPerSecond: 15, fragmentMs: 200 } as const;
export const TEST_SESSION = 'cap-0123456789';

export async function testFfmpeg(): Promise<Ffmpeg> {
  const found = await findFfmpeg({ platform: 'linux', env: TEST_ENV });
  if (!found.ok) throw new Error(`the tests need ffmpeg: ${found.error.detail}`);
  return found.value;
}

/** A channel pipeline and everything it reported, in order. */
export type Capture = {
  readonly pipeline: ChannelPipeline;
  readonly fragments: Fragment[];
  readonly states: ChannelState[];
  readonly levels: number[];
  readonly gaps: Gap[];
  readonly troubles: TallylightError[];
  readonly health: (TallylightError | null)[];
  /** Of which takes content was told. */
  readonly contents: number[];
  /** Every take that was opened. */
  readonly opened: Take[];
};

type Overrides = Partial<PipelineOptions> & Pick<PipelineOptions, 'channel' | 'ffmpeg' | 'env'>;

/** Captures with real takes; restarts come at once. */
export function testCapture(overrides: Overrides): Capture {
  const log: Omit<Capture, 'pipeline'> = {
    fragments: [],
    states: [],
    levels: [],
    gaps: [],
    troubles: [],
    health: [],
    contents: [],
    opened: [],
  };
  const pipeline = createChannelPipeline({
    sessionId: TEST_SESSION,
    clock: startSessionClock(),
    format: TEST_FORMAT,
    later: (_delayMs, run) => {
      const timer = setTimeout(run, 1);
      return () => clearTimeout(timer);
    },
    open: (options: TakeOptions) => {
      const take = openTake(options);
      log.opened.push(take);
      return take;
    },
    on: {
      fragment: (fragment) => log.fragments.push(fragment),
      state: (state) => log.states.push(state),
      level: (db) => log.levels.push(db),
      gap: (gap) => log.gaps.push(gap),
      trouble: (error) => log.troubles.push(error),
      health: (error) => log.health.push(error),
      content: () => log.contents.push(log.opened.length),
    },
    ...overrides,
  });
  return { pipeline, ...log };
}

export type ProbedStream = {
  readonly codec_name: string;
  readonly width?: number;
  readonly height?: number;
  readonly pix_fmt?: string;
  readonly channels?: number;
  readonly sample_rate?: string;
  readonly nb_read_frames: string;
};

/** Decodes every frame of one take with ffprobe; rejects where it complains about any. */
export async function decoded(fragments: readonly Fragment[], take = 1): Promise<ProbedStream> {
  const { stdout, stderr } = await onFile(fragments, take, (file) =>
    run('ffprobe', ['-v', 'error', '-count_frames', '-show_streams', '-of', 'json', file]),
  );
  const [stream] = (JSON.parse(stdout) as { streams: ProbedStream[] }).streams;
  if (stream === undefined || stderr !== '') throw new Error(stderr || 'there is no stream');
  return stream;
}

/** The largest sample of a sound take, of 32768. */
export async function loudestSample(fragments: readonly Fragment[], take = 1): Promise<number> {
  return (await samplesOf(fragments, take)).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

/** The sound of a take as mono samples of 16 bits at 48 kHz. */
export async function samplesOf(fragments: readonly Fragment[], take = 1): Promise<Int16Array> {
  const { stdout } = await onFile(fragments, take, (file) =>
    run('ffmpeg', ['-v', 'error', '-i', file, '-ac', '1', '-ar', '48000', '-f', 's16le', '-'], {
      encoding: 'buffer',
      maxBuffer: 1e8,
    }),
  );
  return new Int16Array(new Uint8Array(stdout).buffer, 0, stdout.length >> 1);
}

async function onFile<T>(
  fragments: readonly Fragment[],
  take: number,
  use: (file: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'tallylight-take-'));
  const file = join(folder, 'take.mp4');
  const parts = fragments.filter(({ header }) => header.take === take).map(({ bytes }) => bytes);
  try {
    await writeFile(file, Buffer.concat(parts));
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
