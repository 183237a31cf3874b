import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { laidOut, type TimelineFragment } from '../contract/timeline.ts';
import { keyFileSecrets } from '../main/vault/key-file.ts';
import { vaultIn } from '../main/vault/vault.ts';
import { decodeClock } from '../test/instruments/clock.ts';
import { pcmOf } from '../test/instruments/sound.ts';
import { onsetsIn } from '../test/instruments/tones.ts';

const run = promisify(execFile);
/** The stage beeps at every even second of the wall clock. */
const BEEP_EVERY_MS = 2_000;

/** What a vault gives back after a crash: one file for each kept channel, and when the recording began, in Unix milliseconds. */
export async function recovered(dataDir: string, sessionId: string) {
  const secrets = await keyFileSecrets(dataDir);
  if (!secrets.ok) throw new Error(secrets.error.message);
  const opened = await vaultIn(dataDir, secrets.value).open(sessionId);
  if (!opened.ok) throw new Error(opened.error.message);
  const recording = opened.value;
  const damage = recording.damage();
  if (damage !== undefined) throw new Error(`${damage.code}: ${damage.detail}`);
  const files = new Map<string, string>();
  for (const { id } of recording.facts().channels) {
    const pieces: TimelineFragment[] = [];
    for (const stored of recording.fragments(id)) {
      const fragment = await recording.read(stored);
      if (!fragment.ok) throw new Error(`${id}: ${fragment.error.code}`);
      pieces.push({ ...fragment.value.header, bytes: fragment.value.bytes });
    }
    const file = join(dataDir, `${id.replace(':', '-')}.mp4`);
    await writeFile(file, Buffer.concat([...laidOut(pieces)]));
    files.set(id, file);
  }
  return { files, startedAtMs: Date.parse(recording.facts().startedAt) };
}

/**
 * The last moment that a file holds, in Unix milliseconds, by what is to be seen and heard in it: the clock in its last frame, or
 * its last beep of `hertz` and how long it goes on after that. `startedAtMs` says only which beep it was. Throws where
 * ffmpeg finds anything wrong with the file.
 */
export async function keptUpToMs(
  file: string,
  hertz: number | undefined,
  startedAtMs: number,
): Promise<number> {
  // Reads and decodes every frame; nothing is muxed, whose complaints would be its own.
  const frames = ['-count_frames', '-show_entries', 'stream=nb_read_frames'];
  const { stderr } = await run('ffprobe', ['-v', 'error', ...frames, file]);
  if (stderr !== '') throw new Error(stderr);
  if (hertz === undefined) {
    const last = (await decodeClock(file)).at(-1);
    if (last === undefined) throw new Error('no clock in the picture');
    return last.paintedAtMs;
  }
  const pcm = await pcmOf(file, 16_000);
  const onset = onsetsIn(pcm, hertz).at(-1);
  if (onset === undefined) throw new Error('no beep in the sound');
  const beepMs = Math.round((startedAtMs + onset * 1000) / BEEP_EVERY_MS) * BEEP_EVERY_MS;
  return beepMs + (pcm.samples.length / pcm.rateHz - onset) * 1000;
}
