import { createHash } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished } from 'vitest';
import { restoreService } from '../backup/commands.ts';
import type { Restored } from '../backup/restore.ts';
import type { Service } from '../serve.ts';
import { startService } from '../serve.ts';
import { filesOf, rowsOf } from './held.ts';
import { call, type Place } from './recorder.ts';
import { folder, must } from './service.ts';

/** Paths of the files in a folder of backups that hold this text anywhere, also where they are compressed. */
export function holdingUnpacked(path: string, text: string): string[] {
  return [...filesOf(path)].flatMap(([name, content]) => {
    const bytes = name.endsWith('.gz') ? gunzipSync(content) : content;
    return bytes.includes(text) ? [name] : [];
  });
}

/** Every wrapped key of the sessions and streams of a data folder, by the id of its owner. */
export function wrappedKeys(dataDir: string): Map<string, string> {
  const rows = ['capture_session', 'rtstream'].flatMap((table) =>
    rowsOf(dataDir, `select id, wrapped_key from ${table} where wrapped_key != ''`),
  );
  return new Map(rows.map(({ id, wrapped_key: wrapped }) => [String(id), String(wrapped)]));
}

export type Elsewhere = Required<Place> & { readonly dataDir: string; readonly restored: Restored };

/** An empty folder with the master key of that one. */
export async function emptyBeside(dataDir: string): Promise<string> {
  const path = await folder();
  await copyFile(join(dataDir, 'master.key'), join(path, 'master.key'));
  return path;
}

/** Restores a backup into an empty folder and starts the service there. */
export async function restoredElsewhere(
  service: { readonly dataDir: string; readonly clock: { readonly now: number } },
  to: string,
  options: Parameters<typeof restoreService>[2] = {},
): Promise<Elsewhere> {
  const dataDir = await emptyBeside(service.dataDir);
  const restored = must(await restoreService({ dataDir, variables: {} }, to, options));
  let running: Service | undefined;
  onTestFinished(() => running?.close());
  running = must(await startService({ dataDir, port: 0, clock: () => service.clock.now }));
  return { url: running.url, clock: service.clock, dataDir, restored };
}

/** SHA-256 of what the service gives as this video, which it has to say itself, too. */
export async function downloaded(place: Place, key: string, videoId: string): Promise<string> {
  const get = (path: string) => fetch(place.url + path, { headers: { 'x-access-token': key } });
  const file = await get(`/video/${videoId}/download`);
  expect(file.status).toBe(200);
  const sha256 = createHash('sha256')
    .update(Buffer.from(await file.arrayBuffer()))
    .digest('hex');
  const said = await get(`/video/${videoId}/download.sha256`);
  expect(await said.text()).toContain(sha256);
  return sha256;
}

/** The recordings of a session, by id. */
export async function videosOf(place: Place, key: string, sessionId: string): Promise<string[]> {
  const { status, data } = await call(place, 'GET', `/collection/default/capture/session/${sessionId}`, key);
  if (status === 404) return [];
  return data.videos.map((video) => video.id);
}
