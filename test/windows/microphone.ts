import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TallylightError } from '../../contract/result.ts';
import type { TakeEnd } from '../../main/pipeline/take.ts';
import { runToEnd } from '../instruments/ffmpeg.ts';
import { probe } from '../instruments/probe.ts';
import { pcmOf } from '../instruments/sound.ts';
import { strongestIn } from './frequency.ts';
import { FFMPEGS, ffmpegExe } from './lab.ts';
import { labMicrophone } from './listing.ts';
import { tone } from './scene.ts';
import { allOf, lastOf, type Trial, toldBy } from './trial.ts';

const seconds = 4;
/** A restart of the sound's clock and the first and last packet: what a take may differ by from what was asked. */
const slackSeconds = 1;

/** Measures the tone in a recording of the lab's microphone; throws where it is not the one that was played. */
export async function assertTone(file: string): Promise<string> {
  const { stderr } = await runToEnd('ffmpeg', ['-v', 'warning', '-i', file, '-f', 'null', '-']);
  assert.equal(stderr, '', 'ffmpeg has something to say about the recording');
  const { frequencyHz, purity } = strongestIn(await pcmOf(file, 48_000));
  assert.ok(Math.abs(frequencyHz - tone.frequencyHz) < 1, `${frequencyHz} Hz`);
  assert.ok(purity > 0.9, `only ${purity} of the energy is the tone's`);
  return `${frequencyHz.toFixed(2)} Hz, purity ${purity.toFixed(3)}`;
}

export const microphone: readonly Trial[] = [
  ...FFMPEGS.map(
    (ffmpeg): Trial => ({
      name: `ffmpeg ${ffmpeg} records the tone that the microphone hears`,
      run: async (lab) => {
        const inside = lab.start('recording', {
          ffmpeg: ffmpegExe(ffmpeg),
          channel: await labMicrophone(lab),
          seconds,
        });
        const told = await toldBy(inside);
        assert.deepEqual(allOf<{ error: TallylightError }>(told, 'trouble'), []);
        assert.deepEqual(lastOf<{ end: TakeEnd }>(told, 'ended').end, { reason: 'stopped' });
        const file = join(inside.outputs, 'take.mp4');
        const heard = await assertTone(file);
        const fragments = allOf<{ durationMs: number; startedAtMs: number }>(told, 'fragment');
        const toldSeconds = fragments.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000;
        const [stream] = (await probe(file)).streams;
        const fileSeconds = stream?.durationSeconds ?? 0;
        assert.ok(
          Math.abs(fileSeconds - toldSeconds) < 0.1,
          `${fileSeconds} s in the file, ${toldSeconds} s told`,
        );
        assert.ok(fileSeconds > seconds - 0.1 && fileSeconds < seconds + slackSeconds, `${fileSeconds} s`);
        const levels = allOf<{ db: number }>(told, 'level');
        // 4.1 is too old to tell levels in time, and the build of 7.1 lacks filters for it.
        if (levels.length === 0) return `${heard}, ${fileSeconds.toFixed(2)} s, no level`;
        const loudest = Math.max(...levels.map(({ db }) => db));
        const playedDb = 20 * Math.log10(tone.peak / 32_768);
        assert.ok(Math.abs(loudest - playedDb) < 1.5, `the loudest level told is ${loudest} dBFS`);
        return `${heard}, ${fileSeconds.toFixed(2)} s`;
      },
    }),
  ),
  {
    name: 'a microphone that is not there is told as gone',
    run: async (lab) => {
      const there = await labMicrophone(lab);
      const channel = { ...there, device: `${there.device} of yesterday` };
      const told = await toldBy(lab.start('recording', { ffmpeg: ffmpegExe('7.1'), channel, seconds }));
      const { end } = lastOf<{ end: TakeEnd }>(told, 'ended');
      assert.equal(end.reason, 'died');
      assert.equal(end.error?.code, 'device-gone', JSON.stringify(end));
      assert.deepEqual(allOf(told, 'fragment'), []);
      return end.error?.detail;
    },
  },
];
