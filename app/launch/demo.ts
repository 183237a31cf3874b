import { join } from 'node:path';
import { errorOf, type TallylightError } from '../../contract/result.ts';
import { yourBackend } from '../../main/auth/your-backend.ts';
import { openCapture } from '../../main/capture.ts';
import type { Capture } from '../../main/host.ts';
import { keyFileSecrets } from '../../main/vault/key-file.ts';
import { vaultIn } from '../../main/vault/vault.ts';
import { whenSnapshot } from '../cli/when-snapshot.ts';
import { type DemoRow, isRight, tableOf } from './demo-table.ts';
import { CLIENT_FILES, filesOf, SERVICE_FILES } from './disk-count.ts';
import { startEmbedded } from './embedded.ts';
import { followLive, type LiveChannel, storedOn, wholeSession } from './service-side.ts';
import { holdLeash } from './stage/leash.ts';
import { openStage } from './stage/stage.ts';
import { hasDisplayAndSound } from './surroundings.ts';

/**
 * `npm run demo`: the whole path unattended. 20 s of recording with a pause in the middle; microphone and system
 * audio kept, the display live only; then what each side holds, counted and verified.
 */
const HALF_MS = 10_000;
const PAUSE_MS = 2_000;
const CONSENT =
  'By running this command you agree: mic:default and system_audio:default are kept, display:1 is live only.';
const MODES = { 'mic:default': 'keep', 'system_audio:default': 'keep', 'display:1': 'live' } as const;

const json = process.argv.includes('--json');
const tell = (text: string) => void process.stderr.write(`${text}\n`);
// On a leash: what the demo recorded goes with this process, however that ends.
const leash = await holdLeash('tallylight-demo');
const work = leash.folder;
const closing: (() => Promise<unknown>)[] = [leash.release];
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    interrupted = true;
    tell('Stopping.');
    void finish().then(() => process.exit(1));
  });

try {
  const rows = await demo();
  const ok = rows.every(isRight);
  process.stdout.write(json ? `${JSON.stringify({ ok, channels: rows })}\n` : tableOf(rows));
  process.exitCode = ok ? 0 : 1;
} catch (error) {
  if (!interrupted) {
    tell(`The demo did not get through: ${error instanceof Error ? error.message : String(error)}`);
    if (json) process.stdout.write(`${JSON.stringify({ ok: false, channels: [] })}\n`);
  }
  process.exitCode = 1;
} finally {
  await finish();
}

async function finish(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close();
}

async function demo(): Promise<DemoRow[]> {
  const env: NodeJS.ProcessEnv = { ...process.env, ...(await surroundings()) };
  const service = join(work, 'service');
  const client = join(work, 'client');
  const embedded = await startEmbedded(service, env);
  closing.push(embedded.close);
  tell(`Media service at ${embedded.server}`);
  const secrets = unwrapped(await keyFileSecrets(client));
  const capture = unwrapped(
    await openCapture({
      kind: 'cli',
      dataDir: client,
      secrets,
      connection: yourBackend(embedded.connectUrl, embedded.connectSecret),
      log: () => undefined,
      env,
    }),
  );
  closing.push(capture.close);
  const ready = await whenSnapshot(capture, ({ terms, trouble }) => terms !== null || trouble !== null);
  const sessionId = ready.session.id;
  if (ready.terms === null || sessionId === null) throw new Error(ready.trouble?.message ?? 'no session');

  for (const { id } of ready.channels)
    await must(capture, 'channel.choose', { channelId: id, mode: modeOf(id) });
  tell(CONSENT);
  await must(capture, 'session.agree', {
    channels: Object.entries(MODES).map(([id, mode]) => ({ id, mode })),
    policyVersion: ready.terms.policyVersion,
    text: CONSENT,
    locale: 'en',
  });
  const live = await followLive(embedded, sessionId);
  closing.push(async () => live.close());

  await recorded(capture, HALF_MS);
  await must(capture, 'session.pause', {});
  tell('Paused: every device is released.');
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  await must(capture, 'session.resume', {});
  await recorded(capture, 2 * HALF_MS);
  await must(capture, 'session.stop', {});
  tell('Stopped; waiting for the last receipts.');
  const end = await whenSnapshot(
    capture,
    ({ session, trouble }) => session.state === 'complete' || trouble !== null,
  );
  if (end.trouble !== null)
    throw new Error(`${end.trouble.message} (${end.trouble.detail ?? end.trouble.code})`);
  const rows = await Promise.all(
    Object.keys(MODES).map((id) => rowOf(id, { live: live.channels(), client, service, secrets })),
  );
  return rows;

  async function rowOf(
    id: string,
    {
      live,
      client,
      service,
      secrets,
    }: {
      live: ReadonlyMap<string, LiveChannel>;
      client: string;
      service: string;
      secrets: Parameters<typeof vaultIn>[1];
    },
  ): Promise<DemoRow> {
    const shown = end.channels.find((channel) => channel.id === id);
    const session = await wholeSession(embedded, sessionId ?? '');
    const stream = session.rtstreams.find(({ name }) => name === id);
    if (stream === undefined) throw new Error(`the service knows no stream for ${id}`);
    const clientFiles = await filesOf(client, CLIENT_FILES, id.replace(':', '@'));
    const serviceFiles = await filesOf(service, SERVICE_FILES, stream.rtstream_id);
    const base = { id, takes: shown?.takes ?? 0, bytes: shown?.bytes ?? 0, clientFiles, serviceFiles };
    if (modeOf(id) === 'live') {
      const heard = live.get(id);
      const verified = heard !== undefined && heard.wrong === 0 && heard.bytes === base.bytes;
      return { ...base, mode: 'ephemeral', seconds: heard?.seconds ?? 0, verified };
    }
    const recording = unwrapped(await vaultIn(client, secrets).open(sessionId ?? ''));
    const stored = await storedOn(embedded, session, id);
    const verified = stored.sidecarFits && stored.digest === recording.manifestOf(id).digest;
    return { ...base, mode: 'store', seconds: stored.seconds, verified };
  }
}

function modeOf(id: string): 'keep' | 'live' | 'off' {
  return Object.entries(MODES).find(([channel]) => channel === id)?.[1] ?? 'off';
}

/** This machine's display and sound where it has both, otherwise a stage with a desktop, speech and music. */
async function surroundings(): Promise<NodeJS.ProcessEnv> {
  if (await hasDisplayAndSound(process.env)) return {};
  tell(
    'There is no display or no sound here: setting up a stage (Xvfb with a moving desktop, PulseAudio with speech and music).',
  );
  const stage = await openStage({ picture: 'moving-desktop', microphone: 'speech', speakers: 'music' });
  closing.push(stage.close);
  return stage.env;
}

async function recorded(capture: Capture, activeMs: number): Promise<void> {
  tell(`Recording to ${activeMs / 1000} s …`);
  const snapshot = await whenSnapshot(
    capture,
    ({ session, trouble }) => session.activeMs >= activeMs || trouble !== null || session.state === 'failed',
  );
  if (snapshot.trouble !== null) throw new Error(snapshot.trouble.message);
}

async function must(capture: Capture, name: string, request: object): Promise<void> {
  unwrapped(await capture.call(name, request));
}

function unwrapped<T>(result: { ok: true; value: T } | { ok: false; error: TallylightError }): T {
  if (result.ok) return result.value;
  const { message, action, detail } = result.error ?? errorOf('internal');
  throw new Error([message, detail, action].filter((part) => part !== undefined).join(' '));
}
