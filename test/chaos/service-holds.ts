import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from '../instruments/ffmpeg.ts';
import type { Api } from './api.ts';
import type { Piece } from './vault-page.ts';

/** What the service says over its public API that it holds of one session. */
export type Held = {
  readonly status: string;
  readonly pieces: readonly Piece[];
  /** What is there of live-only streams, which is to be nothing. */
  readonly ephemeral: readonly string[];
  /** Their ids, by which nothing may lie on its disk. */
  readonly liveStreams: readonly string[];
  /** What is wrong with what it gives back. */
  readonly wrong: readonly string[];
  readonly videos: number;
};

type View = {
  readonly status: string;
  readonly rtstreams: readonly { rtstream_id: string; name: string; store: boolean }[];
  readonly videos: readonly { id: string; name: string }[];
};
type Listed = { readonly take: number; readonly sequence: number; readonly sha256: string };

export async function heldOf(api: Api, sessionId: string, folder: string): Promise<Held> {
  const session = (await api.data('GET', `/collection/default/capture/session/${sessionId}`)) as View;
  const pieces: Piece[] = [];
  const ephemeral: string[] = [];
  for (const { rtstream_id: id, name, store } of session.rtstreams) {
    const { fragments } = (await api.data('GET', `/rtstream/${id}/fragments`)) as { fragments: Listed[] };
    if (!store)
      ephemeral.push(...fragments.map(({ take, sequence }) => `${name} take ${take} fragment ${sequence}`));
    else
      for (const { take, sequence, sha256 } of fragments)
        pieces.push({ channelId: name, take, sequence, sha256 });
  }
  const wrong: string[] = [];
  for (const video of session.videos) {
    if (session.rtstreams.some(({ name, store }) => name === video.name && !store))
      ephemeral.push(`a video of ${video.name}`);
    wrong.push(...(await faultsOf(api, video, join(folder, `${video.id}.mp4`))));
  }
  const liveStreams = session.rtstreams.filter(({ store }) => !store).map(({ rtstream_id: id }) => id);
  return { status: session.status, pieces, ephemeral, liveStreams, wrong, videos: session.videos.length };
}

async function faultsOf(api: Api, { id, name }: View['videos'][number], path: string): Promise<string[]> {
  const bytes = Buffer.from(await (await api.get(`/video/${id}/download`)).arrayBuffer());
  const sidecar = await (await api.get(`/video/${id}/download.sha256`)).text();
  const digest = createHash('sha256').update(bytes).digest('hex');
  const wrong = sidecar.startsWith(digest) ? [] : [`the video of ${name} has another digest`];
  writeFileSync(path, bytes);
  const complaint = await decodes(path);
  return complaint === undefined ? wrong : [...wrong, `the video of ${name} does not decode: ${complaint}`];
}

/** What ffmpeg says against a file; undefined where it decodes from beginning to end. */
export async function decodes(path: string): Promise<string | undefined> {
  const args = ['-v', 'error', '-xerror', '-i', path, '-f', 'null', '-'];
  return runToEnd('ffmpeg', args).then(
    () => undefined,
    (error: unknown) => String(error).slice(0, 400),
  );
}
