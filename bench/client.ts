import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { whenSnapshot } from '../app/cli/when-snapshot.ts';
import type { Embedded } from '../app/launch/embedded.ts';
import { download, wholeSession } from '../app/launch/service-side.ts';
import { microphoneToneHz, speakersToneHz } from '../app/launch/stage/stage.ts';
import { yourBackend } from '../main/auth/your-backend.ts';
import { openCapture } from '../main/capture.ts';
import type { Capture } from '../main/host.ts';
import { keyFileSecrets } from '../main/vault/key-file.ts';

export const DISPLAY = 'display:1';
/** The two sounds of the stage, each with the tone that its player beeps. */
export const BEEPS = { 'mic:default': microphoneToneHz, 'system_audio:default': speakersToneHz } as const;
export const CHANNELS = ['mic:default', 'system_audio:default', DISPLAY] as const;

/** A client of that service with its own data folder. Throws where it cannot be opened. */
export async function openClient(
  embedded: Embedded,
  dataDir: string,
  env: NodeJS.ProcessEnv,
): Promise<Capture> {
  const secrets = await keyFileSecrets(dataDir);
  if (!secrets.ok) throw new Error(secrets.error.message);
  const capture = await openCapture({
    kind: 'cli',
    dataDir,
    secrets: secrets.value,
    connection: yourBackend(embedded.connectUrl, embedded.connectSecret),
    log: () => undefined,
    env,
  });
  if (!capture.ok) throw new Error(capture.error.message);
  return capture.value;
}

/** Chooses the three channels to keep and agrees; resolves with the session's id when the start was answered. */
export async function agreeToAll(capture: Capture, agreed: () => void = () => undefined): Promise<string> {
  const ready = await whenSnapshot(capture, ({ terms }) => terms !== null);
  for (const { id } of ready.channels)
    await capture.call('channel.choose', { channelId: id, mode: isOurs(id) ? 'keep' : 'off' });
  agreed();
  const started = await capture.call('session.agree', {
    channels: CHANNELS.map((id) => ({ id, mode: 'keep' })),
    policyVersion: ready.terms?.policyVersion ?? 0,
    text: 'By running this benchmark you agree: every channel is kept until it ends.',
    locale: 'en',
  });
  if (!started.ok) throw new Error(started.error.message);
  return ready.session.id ?? '';
}

/** What the service gives back, by channel id. */
export async function fetched(
  embedded: Embedded,
  sessionId: string,
  dir: string,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const video of (await wholeSession(embedded, sessionId)).videos) {
    const path = join(dir, `${video.id}.mp4`);
    await writeFile(path, await download(embedded, video.id));
    files.set(video.name, path);
  }
  return files;
}

function isOurs(id: string): boolean {
  return (CHANNELS as readonly string[]).includes(id);
}
