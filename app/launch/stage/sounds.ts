import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Programme } from './mix.ts';

/** What a sink plays for as long as the stage is open. */
export type Sound = 'speech' | 'music' | 'tone-every-2s' | 'silence' | { readonly file: string };

export const sampleRateHz = 48_000;

const run = promisify(execFile);

const meeting = [
  'Good morning everybody, and thank you for joining.',
  'Let us look at the numbers from last week before we start.',
  'I would like to hear from Anna first, then we decide about Thursday.',
  'Could somebody please write down what we have agreed?',
  'That is all from my side. Are there any more questions?',
];

/** Reads any sound file as 48 kHz mono. */
export async function samplesOf(file: string): Promise<Int16Array> {
  const args = ['-v', 'error', '-i', file, '-ac', '1', '-ar', `${sampleRateHz}`, '-f', 's16le', 'pipe:1'];
  const { stdout } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 2 ** 30 });
  return new Int16Array(new Uint8Array(stdout).buffer, 0, stdout.length >> 1);
}

export async function programmeOf(sound: Sound, toneHz: number): Promise<Programme> {
  if (sound === 'silence') return { kind: 'silence' };
  if (sound === 'tone-every-2s') return { kind: 'tone', frequencyHz: toneHz };
  if (sound === 'music') return { kind: 'loop', samples: chords() };
  if (sound === 'speech') return { kind: 'loop', samples: await speech() };
  return { kind: 'loop', samples: await samplesOf(sound.file) };
}

/** Debian's ffmpeg speaks (the `flite` filter); a build that does not gives syllables of noise instead. */
export async function canSpeak(): Promise<boolean> {
  const { stdout } = await run('ffmpeg', ['-hide_banner', '-filters']);
  return / flite /.test(stdout);
}

/** A few sentences as in a meeting, with a pause after each, about 17 s long. */
export async function speech(): Promise<Int16Array> {
  if (!(await canSpeak())) return syllables(meeting.join(' ').length * 0.065);
  const said = await Promise.all(meeting.map((line) => samplesOfFilter(`flite=text='${line}':voice=slt`)));
  const pause = new Int16Array(sampleRateHz * 0.4);
  return joined(said.flatMap((sentence) => [sentence, pause]));
}

async function samplesOfFilter(filter: string): Promise<Int16Array> {
  const args = ['-v', 'error', '-f', 'lavfi', '-i', filter, '-ac', '1', '-ar', `${sampleRateHz}`];
  const { stdout } = await run('ffmpeg', [...args, '-f', 's16le', 'pipe:1'], {
    encoding: 'buffer',
    maxBuffer: 2 ** 28,
  });
  return new Int16Array(new Uint8Array(stdout).buffer, 0, stdout.length >> 1);
}

/** Noise in bursts of uneven length and strength, four or so a second: it has the rhythm of speech. */
export function syllables(seconds: number): Int16Array {
  const samples = new Int16Array(Math.round(seconds * sampleRateHz));
  let [phase, level, rate, smooth] = [0, 0, 4, 0];
  for (let index = 0; index < samples.length; index += 1) {
    phase += rate / sampleRateHz;
    if (phase >= 1) [phase, level, rate] = [0, 0.2 + Math.random() * 0.8, 3 + Math.random() * 3];
    smooth += 0.15 * (Math.random() * 2 - 1 - smooth);
    samples[index] = smooth * level * Math.sin(Math.PI * phase) ** 2 * 24_000;
  }
  return samples;
}

/** Four chords of two seconds, plucked softly. */
export function chords(): Int16Array {
  const progression = [
    [261.63, 329.63, 392.0],
    [220.0, 261.63, 329.63],
    [174.61, 220.0, 261.63],
    [196.0, 246.94, 293.66],
  ];
  const chordSamples = 2 * sampleRateHz;
  const samples = new Int16Array(progression.length * chordSamples);
  for (const [index, notes] of progression.entries()) {
    for (let at = 0; at < chordSamples; at += 1) {
      const seconds = at / sampleRateHz;
      const level = Math.min(1, seconds * 50) * Math.exp(-1.2 * seconds) * Math.min(1, (2 - seconds) * 50);
      const tone = (hz: number) =>
        Math.sin(2 * Math.PI * hz * seconds) + 0.3 * Math.sin(4 * Math.PI * hz * seconds);
      samples[index * chordSamples + at] = 2600 * level * notes.reduce((sum, hz) => sum + tone(hz), 0);
    }
  }
  return samples;
}

/** Writes 48 kHz mono samples as a WAV file. */
export async function writeWav(file: string, samples: Int16Array): Promise<void> {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRateHz, 24);
  header.writeUInt32LE(sampleRateHz * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.byteLength, 40);
  await writeFile(
    file,
    Buffer.concat([header, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)]),
  );
}

function joined(parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
