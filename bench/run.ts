import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whenSnapshot } from '../app/cli/when-snapshot.ts';
import { startEmbedded } from '../app/launch/embedded.ts';
import { download, wholeSession } from '../app/launch/service-side.ts';
import { microphoneToneHz, openStage, speakersToneHz } from '../app/launch/stage/stage.ts';
import { yourBackend } from '../main/auth/your-backend.ts';
import { openCapture } from '../main/capture.ts';
import type { Capture } from '../main/host.ts';
import { keyFileSecrets } from '../main/vault/key-file.ts';
import { decodeClock } from '../test/instruments/clock.ts';
import { toneOnsets } from '../test/instruments/tones.ts';
import { idleService } from './idle-service.ts';
import { cpuSecondsBelow } from './process-tree.ts';

/** `npm run bench`: what it costs and how quick it is, three runs on one stage, medians. */
const RUNS = 3;
const RECORDED_MS = 10_000;
const CHANNELS = ['mic:default', 'system_audio:default', 'display:1'] as const;

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
      ...(await record(join(folder, `run-${run}`), env)),
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
  const secrets = await keyFileSecrets(join(dir, 'client'));
  if (!secrets.ok) throw new Error(secrets.error.message);
  const capture = await openCapture({
    kind: 'cli',
    dataDir: join(dir, 'client'),
    secrets: secrets.value,
    connection: yourBackend(embedded.connectUrl, embedded.connectSecret),
    log: () => undefined,
    env,
  });
  if (!capture.ok) throw new Error(capture.error.message);
  try {
    const { call } = capture.value;
    const ready = await whenSnapshot(capture.value, ({ terms }) => terms !== null);
    for (const { id } of ready.channels)
      await call('channel.choose', { channelId: id, mode: isOurs(id) ? 'keep' : 'off' });
    const agreedAt = performance.now();
    await call('session.agree', {
      channels: CHANNELS.map((id) => ({ id, mode: 'keep' })),
      policyVersion: ready.terms?.policyVersion ?? 0,
    });
    const live = Promise.all(CHANNELS.map((id) => liveAfter(capture.value, id, agreedAt)));
    const liveMs = await live;
    const cpuBefore = await cpuSecondsBelow(process.pid);
    const before = performance.now();
    await whenSnapshot(capture.value, ({ session }) => session.activeMs >= RECORDED_MS);
    const minutes = (performance.now() - before) / 60_000;
    const cpu = ((await cpuSecondsBelow(process.pid)) - cpuBefore) / minutes;
    const pausedMs = await timed(() => call('session.pause', {}));
    await call('session.resume', {});
    await whenSnapshot(capture.value, ({ lamp }) => lamp === 'live');
    const stoppedMs = await timed(() => call('session.stop', {}));
    const deliveredMs = await timed(() =>
      whenSnapshot(capture.value, ({ session }) => session.state === 'complete'),
    );
    const offsets = await alignment(embedded, ready.session.id ?? '', dir);
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
    await capture.value.close();
    await embedded.close();
  }
}

function isOurs(id: string): boolean {
  return (CHANNELS as readonly string[]).includes(id);
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

/** How far each sound is from the picture, by the wall clock that all three tell; milliseconds, late is positive. */
async function alignment(
  embedded: { server: string; apiKey: string },
  sessionId: string,
  dir: string,
): Promise<Figures> {
  const session = await wholeSession(embedded, sessionId);
  const files = new Map<string, string>();
  for (const video of session.videos) {
    const path = join(dir, `${video.id}.mp4`);
    await writeFile(path, await download(embedded, video.id));
    files.set(video.name, path);
  }
  const firstTake = ({ ptsSeconds }: { ptsSeconds: number }) => ptsSeconds < RECORDED_MS / 1000 - 0.5;
  const frames = (await decodeClock(files.get('display:1') ?? '')).filter(firstTake);
  const zeroMs = median(frames.map((frame) => frame.paintedAtMs - frame.ptsSeconds * 1000));
  const late = async (id: string, hertz: number) => {
    const onsets = (await toneOnsets(files.get(id) ?? '', hertz)).filter((ptsSeconds) =>
      firstTake({ ptsSeconds }),
    );
    return median(onsets.map((seconds) => offTwoSeconds(zeroMs + seconds * 1000)));
  };
  return {
    'microphone against display, ms': await late('mic:default', microphoneToneHz),
    'system audio against display, ms': await late('system_audio:default', speakersToneHz),
  };
}

function offTwoSeconds(wallMs: number): number {
  const past = ((wallMs % 2000) + 2000) % 2000;
  return past > 1000 ? past - 2000 : past;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
