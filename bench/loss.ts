import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startEmbedded } from '../app/launch/embedded.ts';
import { openStage } from '../app/launch/stage/stage.ts';
import { DEFAULT_FORMAT } from '../main/pipeline/capture-format.ts';
import { newSession } from '../test/e2e/house.ts';
import { BEEPS, CHANNELS, DISPLAY } from './client.ts';
import { keptUpToMs, recovered } from './kept.ts';
import { median } from './offsets.ts';
import { killTree } from './process-tree.ts';

/**
 * `npm run bench:loss -- [KILLS]`: recordings of a stage that flashes and beeps, each ended by SIGKILL of the whole process
 * tree at a random moment; then how much before that moment each channel ends, by the clock in the picture and the tones in
 * the sound. 20 unless told otherwise.
 */
const kills = Number(process.argv[2] ?? 20);
if (!(kills >= 1)) throw new Error(`KILLS is a number from 1, not ${process.argv[2]}`);
/** So much is recorded before the earliest kill, and a kill comes within so much more: several fragments, at any point of one. */
const LEAST_MS = 5_000;
const SPREAD_MS = 2_400;

const folder = await mkdtemp(join(tmpdir(), 'tallylight-loss-'));
const sound = 'tone-every-2s';
const stage = await openStage({ picture: 'clock-barcode', microphone: sound, speakers: sound });
const env = { ...process.env, ...stage.env };
const embedded = await startEmbedded(join(folder, 'service'), env);
try {
  const losses = new Map<string, number[]>(CHANNELS.map((id) => [id, []]));
  for (let run = 1; run <= kills; run++) {
    for (const [id, lostMs] of await lossOf(join(folder, `client-${run}`))) losses.get(id)?.push(lostMs);
    process.stderr.write(`${run} of ${kills}\r`);
  }
  const { fragmentMs } = DEFAULT_FORMAT;
  process.stdout.write(`${kills} kills, fragments of ${fragmentMs} ms\n`);
  for (const [id, list] of losses) process.stdout.write(`${lineOf(id, list, fragmentMs)}\n`);
  const artifacts = join(import.meta.dirname, '..', 'artifacts');
  await mkdir(artifacts, { recursive: true });
  await writeFile(
    join(artifacts, 'bench-loss.json'),
    JSON.stringify({ fragmentMs, losses: Object.fromEntries(losses) }, null, 2),
  );
} finally {
  await stage.close();
  await embedded.close();
  await rm(folder, { recursive: true, force: true });
}

/** By channel: milliseconds between the last moment that is kept and the kill. */
async function lossOf(dataDir: string): Promise<ReadonlyMap<string, number>> {
  const { sessionId, token } = await newSession({ embedded });
  const cli = join(import.meta.dirname, '..', 'app', 'cli', 'main.ts');
  const where = ['--server', embedded.server, '--session', sessionId, '--data', dataDir];
  const what = CHANNELS.flatMap((id) => ['--store', id]);
  const client = spawn(process.execPath, ['--no-warnings', cli, 'record', '--json', ...where, ...what], {
    env: { ...env, TALLYLIGHT_TOKEN: token },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const gone = new Promise((resolve) => client.once('exit', resolve));
  await new Promise<void>((resolve, reject) => {
    client.stdout.on('data', (chunk) => /"recording"/.test(String(chunk)) && resolve());
    client.once('exit', () => reject(new Error('the recorder ended by itself')));
  });
  await setTimeout(LEAST_MS + Math.random() * SPREAD_MS);
  const killedAtMs = await killTree(client.pid ?? 0);
  await gone;
  const { files, startedAtMs } = await recovered(dataDir, sessionId);
  const kept = await Promise.all(
    CHANNELS.map(async (id) => {
      const file = files.get(id);
      if (file === undefined) throw new Error(`nothing of ${id} is kept`);
      const beep = id === DISPLAY ? undefined : BEEPS[id];
      return [id, killedAtMs - (await keptUpToMs(file, beep, startedAtMs))] as const;
    }),
  );
  return new Map(kept);
}

function lineOf(id: string, lost: readonly number[], fragmentMs: number): string {
  const figure = (ms: number) => `${ms.toFixed(0)} ms (${(ms / fragmentMs).toFixed(2)} of a fragment)`;
  return `${id.padEnd(22)} median ${figure(median(lost))}, worst ${figure(Math.max(...lost))}`;
}
