import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whenSnapshot } from '../app/cli/when-snapshot.ts';
import { startEmbedded } from '../app/launch/embedded.ts';
import { openStage } from '../app/launch/stage/stage.ts';
import { decodeClock } from '../test/instruments/clock.ts';
import { toneOnsets } from '../test/instruments/tones.ts';
import { agreeToAll, BEEPS, DISPLAY, fetched, openClient } from './client.ts';
import { type Offset, offsetsOf, type Summary, summaryOf } from './offsets.ts';

/**
 * `npm run bench:sync -- [MINUTES]`: one long recording of a stage that flashes and beeps, then how far every beep
 * is from the picture, in what the service gives back. 30 minutes unless told otherwise.
 */
const minutes = Number(process.argv[2] ?? 30);
if (!(minutes > 0)) throw new Error(`MINUTES is a number above 0, not ${process.argv[2]}`);
const FRAMES_PER_SECOND = 15;

const folder = await mkdtemp(join(tmpdir(), 'tallylight-sync-'));
const sound = 'tone-every-2s';
const stage = await openStage({ picture: 'clock-barcode', microphone: sound, speakers: sound });
const embedded = await startEmbedded(join(folder, 'service'), { ...process.env, ...stage.env });
try {
  const sessionId = await record({ ...process.env, ...stage.env });
  await stage.close();
  const files = await fetched(embedded, sessionId, folder);
  const frames = await decodeClock(files.get(DISPLAY) ?? '');
  const offsets = new Map<string, Offset[]>();
  for (const [id, hertz] of Object.entries(BEEPS))
    offsets.set(id, offsetsOf(await toneOnsets(files.get(id) ?? '', hertz), frames));
  const summaries = [...offsets].map(([id, list]) => [`${id} against ${DISPLAY}`, summaryOf(list)] as const);
  const frameMs = 1000 / FRAMES_PER_SECOND;
  process.stdout.write(
    `${minutes} min recorded, ${frames.length} frames read; a frame lasts ${frameMs.toFixed(1)} ms\n`,
  );
  for (const [name, summary] of summaries) process.stdout.write(`${lineOf(name, summary)}\n`);
  const artifacts = join(import.meta.dirname, '..', 'artifacts');
  await mkdir(artifacts, { recursive: true });
  await writeFile(
    join(artifacts, 'bench-sync.json'),
    JSON.stringify({
      minutes,
      summaries: Object.fromEntries(summaries),
      offsets: Object.fromEntries(offsets),
    }),
  );
} finally {
  await stage.close();
  await embedded.close();
  await rm(folder, { recursive: true, force: true });
}

/** Keeps all three channels for as long as was asked; resolves when the service has confirmed everything. */
async function record(env: NodeJS.ProcessEnv): Promise<string> {
  const capture = await openClient(embedded, join(folder, 'client'), env);
  try {
    const sessionId = await agreeToAll(capture);
    await whenSnapshot(capture, ({ session }) => session.activeMs >= minutes * 60_000);
    await capture.call('session.stop', {});
    const { channels } = await whenSnapshot(capture, ({ session }) => session.state === 'complete');
    for (const { id, takes } of channels.filter((channel) => channel.takes > 1))
      process.stdout.write(`Not in one piece: ${id} has ${takes} takes\n`);
    return sessionId;
  } finally {
    await capture.close();
  }
}

function lineOf(name: string, { beeps, medianMs, worstMs, driftMs }: Summary): string {
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return `${name.padEnd(40)} ${beeps} beeps, median ${ms(medianMs)}, worst ${ms(worstMs)}, drift ${ms(driftMs)}`;
}
