import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Channel } from '../../../contract/channel.ts';
import { machineOf } from '../../../main/machine.ts';
import { DEFAULT_FORMAT } from '../../../main/pipeline/capture-format.ts';
import { startSessionClock } from '../../../main/pipeline/clock.ts';
import { probeFfmpeg } from '../../../main/pipeline/ffmpeg-probe.ts';
import { openTake, TAKE_PATIENCE } from '../../../main/pipeline/take.ts';
import { asked, tell } from './told.ts';

/** Records one take of a channel into take.mp4, tells all about it, and stops it after so much media. */

const question = asked<{
  readonly ffmpeg: string;
  readonly channel: Channel;
  /** How much is recorded before it is stopped; null: until somebody ends this process. */
  readonly seconds: number | null;
  /** How long the take waits for an ffmpeg that was told to stop, in milliseconds; the usual where not given. */
  readonly stopMs?: number;
}>();
const { env } = process;
const abilities = await probeFfmpeg(question.ffmpeg, env);
if (typeof abilities === 'string') throw new Error(`${question.ffmpeg}: ${abilities}`);

let recordedMs = 0;
let stopping = false;
const take = openTake({
  channel: question.channel,
  takeNumber: 1,
  sessionId: 'cap-0123456789',
  clock: startSessionClock(),
  ffmpeg: { ...abilities, path: question.ffmpeg },
  format: DEFAULT_FORMAT,
  env,
  patience: { ...TAKE_PATIENCE, stopMs: question.stopMs ?? TAKE_PATIENCE.stopMs },
  machine: machineOf({ env: { ...env, TALLYLIGHT_FFMPEG: question.ffmpeg } }, 'win32'),
  on: {
    fragment: ({ header, bytes }) => {
      appendFileSync(join(question.outputs, 'take.mp4'), bytes);
      const { sequence, startedAtMs, durationMs } = header;
      tell({ what: 'fragment', sequence, startedAtMs, durationMs, stopping });
      recordedMs += durationMs;
      if (sequence === 1) tell({ what: 'live', ffmpegPid: take.pid(), ownPid: process.pid });
      if (question.seconds !== null && recordedMs >= question.seconds * 1000) void stop();
    },
    level: (db) => tell({ what: 'level', db }),
    trouble: (error) => tell({ what: 'trouble', error }),
    health: (error) => tell({ what: 'health', error }),
    content: () => tell({ what: 'content' }),
    ended: (end) => tell({ what: 'ended', end }),
  },
});

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  const askedAtMs = performance.now();
  await take.stop();
  tell({ what: 'stopped', tookMs: performance.now() - askedAtMs, hasProcess: take.pid() !== undefined });
}
