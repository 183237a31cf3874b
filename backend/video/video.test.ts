import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { VideoView } from '../../contract/wire.ts';
import { areAll, untilCopies } from '../trial/copies.ts';
import { rowsOf } from '../trial/held.ts';
import { PICTURE, type Piece, takeOf, WIDE_PICTURE } from '../trial/media.ts';
import { call, deliver, manifestOf, started, stopOf } from '../trial/recorder.ts';
import { folder, storeOf, type Trial, trial } from '../trial/service.ts';

/** A session that has stopped with these pieces in its one stored channel. */
async function recorded(channelId: string, pieces: readonly Piece[]) {
  const service = await trial();
  const { session, token, streams } = await started(service, service.key, `+${channelId}`);
  await deliver(service, streams[0] ?? '', pieces, token);
  const manifest = stopOf(manifestOf(channelId, pieces));
  const { data } = await call(service, 'POST', `/capture/session/${session.id}/stop`, token, manifest);
  expect(data.status).toBe('stopped');
  return { service, session, stream: streams[0] ?? '', videos: data.videos };
}

function only(videos: readonly VideoView[]): VideoView {
  const [video] = videos;
  if (video === undefined || videos.length !== 1) throw new Error(`there are ${videos.length} videos`);
  return video;
}

async function download(service: Trial, id: string, suffix = '') {
  const response = await fetch(`${service.url}/video/${id}/download${suffix}`, {
    headers: { 'x-access-token': service.key },
  });
  const name = /filename="(.*)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? '';
  return { response, name, bytes: Buffer.from(await response.arrayBuffer()) };
}

function blobs(service: Trial): string[] {
  return readdirSync(join(service.dataDir, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

type Probe = {
  readonly format: { readonly duration: string };
  readonly packets: { readonly pts_time: string }[];
};

async function probe(bytes: Buffer): Promise<Probe> {
  const path = join(await folder(), 'file.mp4');
  writeFileSync(path, bytes);
  // Decodes it all: any error is on stderr, and fails the run.
  execFileSync('ffmpeg', ['-v', 'error', '-xerror', '-i', path, '-f', 'null', '-'], { stdio: 'pipe' });
  const args = ['-v', 'error', '-of', 'json', '-show_entries', 'packet=pts_time:format=duration', path];
  return JSON.parse(execFileSync('ffprobe', args).toString());
}

describe('a video', () => {
  test('[P12] is the recording: it plays, and is as long, as large and as digested as said', async () => {
    const { service, session, videos } = await recorded('mic:default', takeOf());
    const video = only(videos);
    const { response, bytes } = await download(service, video.id);
    expect(response.headers.get('content-type')).toBe('audio/mp4');
    expect(response.headers.get('accept-ranges')).toBe('none');
    expect(Number(response.headers.get('content-length'))).toBe(bytes.length);
    expect(video).toMatchObject({ session_id: session.id, name: 'mic:default', size: bytes.length });
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(video.sha256);
    const { format } = await probe(bytes);
    expect(Number(format.duration)).toBeCloseTo(video.length, 1);
    expect(video.length).toBeGreaterThan(2.9);
    expect(await call(service, 'GET', `/video/${video.id}`, service.key)).toMatchObject({ data: video });
  });

  test('[P64] verifies with `sha256sum -c` and the file beside it', async () => {
    const { service, videos } = await recorded('mic:default', takeOf());
    const file = await download(service, only(videos).id);
    const sidecar = await download(service, only(videos).id, '.sha256');
    const directory = await folder();
    writeFileSync(join(directory, file.name), file.bytes);
    writeFileSync(join(directory, 'sidecar'), sidecar.bytes);
    const said = execFileSync('sha256sum', ['-c', 'sidecar'], { cwd: directory }).toString();
    expect(said).toBe(`${file.name}: OK\n`);
    writeFileSync(join(directory, file.name), Buffer.concat([file.bytes, Buffer.of(0)]));
    expect(() => execFileSync('sha256sum', ['-c', 'sidecar'], { cwd: directory, stdio: 'pipe' })).toThrow();
  });

  test('[P05] lays takes end to end on the timeline without the pause', async () => {
    const pieces = [
      ...takeOf({ seconds: 2, source: PICTURE }),
      ...takeOf({ seconds: 2, source: PICTURE, take: 2, startedAtMs: 12_000, pausedBeforeMs: 9500 }),
    ];
    const { service, videos } = await recorded('display:1', pieces);
    const video = only(videos);
    expect(video).toMatchObject({ takes: 2, fragments: pieces.length, length: 4.5 });
    const { response, bytes } = await download(service, video.id);
    expect(response.headers.get('content-type')).toBe('video/mp4');
    const { packets } = await probe(bytes);
    const times = packets.map((packet) => Number(packet.pts_time));
    expect(times).toHaveLength(40);
    // The second take began 12 s after the first on a clock that stood still for 9.5 s.
    expect(times[20]).toBeCloseTo(2.5, 3);
  });

  test('is one per format where takes differ, in the order in which the formats appear', async () => {
    const pieces = [
      ...takeOf({ seconds: 2, source: PICTURE }),
      ...takeOf({ seconds: 2, source: WIDE_PICTURE, take: 2, startedAtMs: 2000 }),
      ...takeOf({ seconds: 2, source: PICTURE, take: 3, startedAtMs: 4000 }),
    ];
    const { service, videos } = await recorded('display:1', pieces);
    expect(videos).toMatchObject([
      { name: 'display:1', takes: 2, length: 6 },
      { name: 'display:1', takes: 1, length: 4 },
    ]);
    for (const video of videos) {
      const { bytes } = await download(service, video.id);
      expect((await probe(bytes)).packets).toHaveLength(video.takes * 20);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(video.sha256);
    }
  });

  test('[P17][P41] in several parts is one recording with one key: it goes as a whole, when that is said', async () => {
    const pieces = [
      ...takeOf({ seconds: 2, source: PICTURE }),
      ...takeOf({ seconds: 2, source: WIDE_PICTURE, take: 2, startedAtMs: 2000 }),
    ];
    const { service, stream, videos } = await recorded('display:1', pieces);
    const [first, second] = videos;
    const held = blobs(service).length;
    const path = `/video/${first?.id}`;
    expect(await call(service, 'DELETE', path, service.key)).toMatchObject({
      status: 409,
      detail: 'it is one of 2 parts of a recording, which go together: ?parts=all',
    });
    expect(blobs(service)).toHaveLength(held);
    expect(await call(service, 'DELETE', `${path}?parts=all`, service.key)).toMatchObject({ status: 200 });
    expect(blobs(service)).toEqual([]);
    expect(await call(service, 'GET', `/video/${second?.id}`, service.key)).toMatchObject({ status: 404 });
    expect(rowsOf(service.dataDir, `select wrapped_key from rtstream where id = '${stream}'`)).toEqual([
      { wrapped_key: '' },
    ]);
    expect(rowsOf(service.dataDir, 'select channel_id from tombstone')).toEqual([
      { channel_id: 'display:1' },
    ]);
  });

  test('is not made of a channel that has no media', async () => {
    const { videos } = await recorded('mic:default', takeOf().slice(0, 1));
    expect(videos).toEqual([]);
  });

  test('[P17] is gone with its fragments once deleted', async () => {
    const { service, session, stream, videos } = await recorded('mic:default', takeOf());
    const { id } = only(videos);
    expect(await call(service, 'DELETE', `/video/${id}`, service.key)).toMatchObject({ status: 200 });
    for (const path of ['', '/download', '/download.sha256'])
      expect(await call(service, 'GET', `/video/${id}${path}`, service.key)).toMatchObject({
        status: 404,
        error_code: 'video-unknown',
      });
    expect(blobs(service)).toEqual([]);
    expect(await call(service, 'GET', `/rtstream/${stream}/fragments`, service.key)).toMatchObject({
      data: { fragments: [] },
    });
    const path = `/collection/default/capture/session/${session.id}`;
    expect((await call(service, 'GET', path, service.key)).data.videos).toEqual([]);
    expect(await call(service, 'DELETE', `/video/${id}`, service.key)).toMatchObject({ status: 404 });
  });
});

describe('what is kept of it', () => {
  test('[P30] is not media: no blob has a trace of what it holds', async () => {
    const pieces = takeOf({ source: PICTURE });
    const { service } = await recorded('display:1', pieces);
    const kept = blobs(service);
    expect(kept).toHaveLength(pieces.length);
    for (const path of kept) {
      const bytes = readFileSync(path);
      for (const trace of ['ftyp', 'moov', 'moof', 'mdat', 'traf', 'avc1'])
        expect(bytes.includes(trace)).toBe(false);
      for (const piece of pieces)
        expect(bytes.includes(Buffer.from(piece.bytes.subarray(0, 16)))).toBe(false);
    }
  });

  test('[P61] breaks the download off where one bit is not what it was, in the second copy neither, and names the fragment', async () => {
    const { service, stream, videos } = await recorded('mic:default', takeOf());
    const path = blobs(service).find((each) => /\/1\.2\.\w+$/.test(each)) ?? '';
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
    await untilCopies(service, areAll('kept'));
    for (const folder of ['blobs', 'copies']) writeFileSync(path.replace('/blobs/', `/${folder}/`), bytes);
    await expect(download(service, only(videos).id)).rejects.toThrow();
    expect(service.log).toContainEqual(
      expect.objectContaining({ type: 'fault', error_code: 'vault-damaged', cause: `${stream} 1/2` }),
    );
  });

  test('[P41] leaves neither files nor the key of its session behind', async () => {
    const { service, session } = await recorded('mic:default', takeOf());
    const database = () =>
      Buffer.concat(
        readdirSync(service.dataDir)
          .filter((name) => name.startsWith('tallylight.sqlite'))
          .map((name) => readFileSync(join(service.dataDir, name))),
      );
    const store = await storeOf(service);
    const keys = await store.streamsOf([session.id]);
    const wrapped = [(await store.session(session.id))?.wrappedKey, ...keys.map((each) => each.wrappedKey)];
    await store.close();
    expect(wrapped).toHaveLength(2);
    for (const key of wrapped) expect(database().includes(key ?? 'none')).toBe(true);
    const path = `/collection/default/capture/session/${session.id}`;
    expect(await call(service, 'DELETE', path, service.key)).toMatchObject({ status: 200 });
    expect(readdirSync(join(service.dataDir, 'blobs'))).toEqual([]);
    // Not even free pages or the write-ahead log have them.
    for (const key of wrapped) expect(database().includes(key ?? '')).toBe(false);
  });
});
