import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whenSnapshot } from '../app/cli/when-snapshot.ts';
import { type Embedded, startEmbedded } from '../app/launch/embedded.ts';
import { openStage } from '../app/launch/stage/stage.ts';
import type { Capture } from '../main/host.ts';
import { decodeClock } from '../test/instruments/clock.ts';
import { toneOnsets } from '../test/instruments/tones.ts';
import { capped } from './capped.ts';
import { agreeToAll, BEEPS, CHANNELS, DISPLAY, fetched, openClient } from './client.ts';
import { existence } from './existence.ts';
import { idleService } from './idle-service.ts';
import { median, offsetsOf, summaryOf } from './offsets.ts';
import { cpuSecondsBelow } from './process-tree.ts';

/** `npm run bench`: what it costs and how quick it is, three runs on one stage, medians. */
const RUNS = 3;
const RECORDED_MS = 10_000;

type Figures = Readonly<Record<string, number>>;

const folder = await mkdtemp(join(tmpdir(), 'tallylight-bench-'));
const stage = await openStage({
  picture: 'clock-barcode',
  microphone: 'tone-every-2s',
  speakers: 'tone-every-2s',
});
try {
  const env = { ...process.env, ...stage.env };
  const runs: Figures[] = [];
  for (let run = 0; run < RUNS; run++) {
    process.stderr.write(`Run ${run + 1} of ${RUNS} …\n`);
    runs.push({
      ...(await idleService(join(folder, `idle-${run}`), env)),
      ...(await existence(join(folder, `existence-${run}`), env)),
      ...(await record(join(folder, `run-${run}`), env)),
      ...(await capped(join(folder, `capped-${run}`), env)),
    });
  }
  const names = Object.keys(runs[0] ?? {});
  const medians = Object.fromEntries(
    names.map((name) => [name, median(runs.map((run) => run[name] ?? Number.NaN))]),
  );
  for (const name of names) {
    const all = runs.map((run) => (run[name] ?? Number.NaN).toFixed(1)).join('  ');
    process.stdout.write(
      `${name.padEnd(44)} ${(medians[name] ?? Number.NaN).toFixed(1).padStart(8)}   (${all})\n`,
    );
  }
  const artifacts = join(import.meta.dirname, '..', 'artifacts');
  await mkdir(artifacts, { recursive: true });
  await writeFile(join(artifacts, 'bench.json'), JSON.stringify({ medians, runs }, null, 2));
} finally {
  await stage.close();
  await rm(folder, { recursive: true, force: true });
}

async function record(dir: string, env: NodeJS.ProcessEnv): Promise<Figures> {
  const embedded = await startEmbedded(join(dir, 'service'), env);
  const capture = await openClient(embedded, join(dir, 'client'), env);
  const { call } = capture;
  try {
    let agreedAt = 0;
    const sessionId = await agreeToAll(capture, () => {
      agreedAt = performance.now();
    });
    const live = Promise.all(CHANNELS.map((id) => liveAfter(capture, id, agreedAt)));
    const liveMs = await live;
    const cpuBefore = await cpuSecondsBelow(process.pid);
    const before = performance.now();
    await whenSnapshot(capture, ({ session }) => session.activeMs >= RECORDED_MS);
    const minutes = (performance.now() - before) / 60_000;
    const cpu = ((await cpuSecondsBelow(process.pid)) - cpuBefore) / minutes;
    const pausedMs = await timed(() => call('session.pause', {}));
    await call('session.resume', {});
    await whenSnapshot(capture, ({ lamp }) => lamp === 'live');
    const stoppedMs = await timed(() => call('session.stop', {}));
    const deliveredMs = await timed(() =>
      whenSnapshot(capture, ({ session }) => session.state === 'complete'),
    );
    const offsets = await alignment(embedded, sessionId, dir);
    return {
      'microphone live after consent, ms': liveMs[0] ?? Number.NaN,
      'system audio live after consent, ms': liveMs[1] ?? Number.NaN,
      'display live after consent, ms': liveMs[2] ?? Number.NaN,
      'pause to every device released, ms': pausedMs,
      'stop to every device released, ms': stoppedMs,
      'stop to everything delivered and verified, ms': stoppedMs + deliveredMs,
      'CPU s a recorded minute, stage and service too': cpu,
      ...offsets,
    };
  } finally {
    await capture.close();
    await embedded.close();
  }
}

async function liveAfter(capture: Capture, channelId: string, sinceMs: number): Promise<number> {
  await whenSnapshot(capture, ({ channels }) =>
    channels.some(({ id, state }) => id === channelId && state === 'live'),
  );
  return performance.now() - sinceMs;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** How far each sound is from the picture, by the clock that the display tells; milliseconds, late is positive. */
async function alignment(embedded: Embedded, sessionId: string, dir: string): Promise<Figures> {
  const files = await fetched(embedded, sessionId, dir);
  const frames = await decodeClock(files.get(DISPLAY) ?? '');
  const late = async (id: keyof typeof BEEPS) => {
    const onsets = await toneOnsets(files.get(id) ?? '', BEEPS[id]);
    return summaryOf(offsetsOf(onsets, frames)).medianMs;
  };
  return {
    'microphone against display, ms': await late('mic:default'),
    'system audio against display, ms': await late('system_audio:default'),
  };
}
