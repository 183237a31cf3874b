import { execFile, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { mixOf } from './mix.ts';
import { hurry } from './priority.ts';
import { programmeOf, type Sound, sampleRateHz, samplesOf } from './sounds.ts';
import { streamClock } from './stream-clock.ts';
import { answerParent } from './worker.ts';

/**
 * The program that plays to one sink for the stage's whole life: `player.ts <sink> <sound as JSON> <tone Hz>`.
 * The sink must never go idle: an idle null sink renders two seconds at a time, and its monitor is late by as
 * much and full of gaps.
 */

/** A sound put on top of what plays anyway; wall-clock times at which it is heard. */
export type PlayedSound = { readonly startsAtMs: number; readonly endsAtMs: number };

const pactl = promisify(execFile);
const [sink = '', sound = '"silence"', toneHz = '1000'] = process.argv.slice(2);

/** How far ahead of what is heard the stream is written: what a stall of this process may last. */
const leadMs = 350;
const tickMs = 10;

// 410 ms with requests of 200 ms leave the sink itself (410 - 2 * 200) / 2 = 5 ms at a time. Its monitor hands
// sound out by as much before it is due: with 20 ms, what is recorded there was up to 8 ms early.
const pacatArgs = ['--playback', '--raw', '--format=s16le', '--channels=1', `--rate=${sampleRateHz}`];
const latencyArgs = ['--latency-msec=410', '--process-time-msec=200', '--verbose', `--device=${sink}`];

const mix = mixOf(await programmeOf(JSON.parse(sound) as Sound, Number(toneHz)), sampleRateHz);
const clock = streamClock();
// A sink that wakes up drops the two seconds it rendered while idle, which it would otherwise play out first.
await pactl('pactl', ['suspend-sink', sink, '1']);
const pacat = spawn('pacat', [...pacatArgs, ...latencyArgs], {
  stdio: ['pipe', 'ignore', 'pipe'],
  env: { ...process.env, LC_ALL: 'C' },
});
hurry(process.pid);
hurry(pacat.pid);
const connected = Promise.withResolvers<void>();
pacat.stdin.on('error', () => undefined);
pacat.once('error', () => process.exit(1));
pacat.once('exit', () => process.exit(1));
pacat.stderr.on('data', (chunk: Buffer) => {
  const text = chunk.toString();
  if (text.includes('Connected to device')) connected.resolve();
  clock.read(text, Date.now());
});

const samplesPerMs = sampleRateHz / 1000;
let steady = false;

function writeAhead(): void {
  const startedAtMs = clock.startedAtMs();
  const playedMs = startedAtMs === undefined ? 0 : Date.now() - startedAtMs;
  const length = Math.round((playedMs + leadMs) * samplesPerMs) - mix.position;
  if (length <= 0) return;
  const heardAtMs =
    startedAtMs === undefined || !steady ? undefined : startedAtMs + mix.position / samplesPerMs;
  pacat.stdin.write(Buffer.from(mix.next(length, heardAtMs).buffer));
}

setInterval(writeAhead, tickMs);
await connected.promise;
await pactl('pactl', ['suspend-sink', sink, '0']);
while (!clock.isSteady()) await delay(tickMs);
steady = true;

answerParent(async (question): Promise<PlayedSound> => {
  const samples = await samplesOf(question as string);
  const startsAtMs = (clock.startedAtMs() ?? Date.now()) + mix.add(samples) / samplesPerMs;
  return { startsAtMs, endsAtMs: startsAtMs + samples.length / samplesPerMs };
});
