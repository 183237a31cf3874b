import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleRateHz, speech, writeWav } from '../../app/launch/stage/sounds.ts';
import { microphoneToneHz, openStage, type Stage, speakersToneHz } from '../../app/launch/stage/stage.ts';
import { decodeClock } from './clock.ts';
import { correlationLag } from './correlation.ts';
import { emptyFolder } from './fixtures.ts';
import { readPattern } from './pattern.ts';
import { toneOnsets } from './tones.ts';

type Recording = { readonly file: string; readonly startedAtMs: number };

let stage: Stage;
let folder: string;

beforeAll(async () => {
  folder = await emptyFolder();
  const sound = 'tone-every-2s';
  stage = await openStage({ picture: 'clock-barcode', microphone: sound, speakers: sound });
}, 30_000);

afterAll(() => stage.close());

test('what the stage shows and plays is recorded, and read back, at the time it says', async () => {
  const [display, microphone, speakers] = await Promise.all([
    recordDisplay('clock', 7),
    recordSound('mic', 7),
    recordSound('speakers.monitor', 7),
  ]);

  const frames = await decodeClock(display.file);
  expect(frames.length).toBeGreaterThan(40);
  const behindMs = frames.map((frame) => display.startedAtMs + frame.ptsSeconds * 1000 - frame.paintedAtMs);
  expect(middleOf(behindMs)).toBeGreaterThan(-10);
  expect(middleOf(behindMs)).toBeLessThan(40);
  const paints = (frames.at(-1)?.counter ?? 0) - (frames[0]?.counter ?? 0);
  const seconds = (frames.at(-1)?.ptsSeconds ?? 0) - (frames[0]?.ptsSeconds ?? 0);
  expect(paints / seconds).toBeGreaterThan(60);

  for (const [recording, frequencyHz, otherHz] of [
    [microphone, microphoneToneHz, speakersToneHz],
    [speakers, speakersToneHz, microphoneToneHz],
  ] as const) {
    const onsets = await toneOnsets(recording.file, frequencyHz);
    expect(onsets.length).toBeGreaterThanOrEqual(3);
    // The middle one: a virtual machine that is stopped for a moment moves single tones.
    expect(Math.abs(middleOf(onsets.map((onset) => fromEvenSecond(recording, onset))))).toBeLessThan(40);
    expect(await toneOnsets(recording.file, otherHz)).toEqual([]);
  }
}, 60_000);

test('a known picture and a known voice are found where they were shown and played', async () => {
  const pattern = '8f3a61c49be20d75';
  const voice = join(folder, 'voice.wav');
  await writeWav(voice, (await speech()).subarray(0, 3 * sampleRateHz));
  await stage.setPicture({ pattern });
  const recordings = Promise.all([
    recordDisplay('pattern', 2),
    recordSound('mic', 6),
    recordSound('speakers.monitor', 6),
  ]);
  const played = await stage.playToMicrophone(voice);
  const [display, microphone, speakers] = await recordings;
  expect(played.endsAtMs - played.startsAtMs).toBeCloseTo(3000, 3);

  expect(await readPattern(display.file, 1)).toBe(pattern);
  const heard = await correlationLag(voice, microphone.file);
  expect(heard.score).toBeGreaterThan(0.5);
  const placedMs = microphone.startedAtMs + heard.lagSeconds * 1000 - played.startsAtMs;
  expect(Math.abs(placedMs)).toBeLessThan(40);
  expect((await correlationLag(voice, speakers.file)).score).toBeLessThan(0.2);
}, 60_000);

function recordDisplay(name: string, seconds: number): Promise<Recording> {
  const { width, height } = stage.screen;
  const input = [
    '-f',
    'x11grab',
    '-framerate',
    '15',
    '-video_size',
    `${width}x${height}`,
    '-i',
    stage.display,
  ];
  const coding = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-crf',
    '25',
    '-threads',
    '1',
    '-pix_fmt',
    'yuv420p',
  ];
  const timing = ['-sws_flags', 'neighbor', '-fps_mode', 'passthrough', '-enc_time_base', '1:1000'];
  return record(join(folder, `${name}.mkv`), [...input, '-t', `${seconds}`, ...timing, ...coding]);
}

function recordSound(source: string, seconds: number): Promise<Recording> {
  const device = ['-f', 'pulse', '-fragment_size', '9600', '-thread_queue_size', '512'];
  const input = [...device, '-sample_rate', '48000', '-channels', '1', '-i', source];
  const coding = ['-af', 'aresample=async=1', '-c:a', 'libopus', '-b:a', '48k'];
  return record(join(folder, `${source}-${seconds}.mkv`), [...input, '-t', `${seconds}`, ...coding]);
}

/** A live input's `start:` is the wall clock of the file's time 0. */
async function record(file: string, args: readonly string[]): Promise<Recording> {
  const env = { ...process.env, ...stage.env };
  const ffmpeg = spawn('ffmpeg', ['-hide_banner', '-nostdin', ...args, '-y', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
  });
  let said = '';
  ffmpeg.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [code] = await once(ffmpeg, 'close');
  const start = /start: (\d+\.\d+)/.exec(said)?.[1];
  if (code !== 0 || start === undefined) throw new Error(`ffmpeg ended with ${code}: ${said.slice(-2000)}`);
  return { file, startedAtMs: Number(start) * 1000 };
}

function fromEvenSecond(recording: Recording, onsetSeconds: number): number {
  const atMs = recording.startedAtMs + onsetSeconds * 1000;
  return atMs - Math.round(atMs / 2000) * 2000;
}

function middleOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
