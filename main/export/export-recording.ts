import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { errorOf, fail, ok, type Result, type TallylightError } from '../../contract/result.ts';
import type { ProcessEnv } from '../channels/host-env.ts';
import { diskError } from '../vault/disk-error.ts';
import type { Recording } from '../vault/recording.ts';
import { exportArguments } from './arguments.ts';
import { chaptersOf, metadataOf } from './chapters.ts';
import { makePartFolder, type PartFolder, removeLeftBehind } from './left-behind.ts';
import { exists, place } from './place.ts';
import { runFfmpegOver } from './run-ffmpeg.ts';
import { type Track, tracksOf } from './tracks.ts';

export type ExportOptions = {
  /** Of the MP4 file to be made; with `perChannel` each channel's name comes before its ending. */
  readonly file: string;
  readonly perChannel: boolean;
  /** Sound stays Opus, as it was recorded, and is not made AAC, which every player knows. */
  readonly asRecorded: boolean;
  /** Path of ffmpeg. */
  readonly ffmpeg: string;
  readonly env: ProcessEnv;
  readonly signal: AbortSignal;
  /** From 0 to 1, when it grows. */
  readonly onProgress: (share: number) => void;
};

export type ExportedFile = {
  readonly path: string;
  readonly channels: readonly string[];
  readonly bytes: number;
  /** Also in the file beside it, as `sha256sum -c` reads it. */
  readonly sha256: string;
};

/**
 * Writes what is stored of a recording as MP4: one file with all tracks in sync, or one for each channel, with a chapter
 * after each pause. A file gets its name once it is whole; one that is there is not written over. Only its owner may read it.
 * What is damaged is left out: `recording.damages()` tells of it. Errors: `nothing-to-export`, `export-exists`,
 * `export-nowhere`, `export-disk-full`, `export-failed`, `export-cancelled`, `vault-damaged`, those of the disk.
 */
export async function exportRecording(
  recording: Recording,
  options: ExportOptions,
): Promise<Result<ExportedFile[]>> {
  const found = await tracksOf(recording);
  if (!found.ok) return found;
  // Players take the first track of each kind.
  const tracks = found.value.toSorted((one, other) => rank(one) - rank(other));
  if (tracks.length === 0) return fail('nothing-to-export', recording.facts().sessionId);
  const groups = options.perChannel
    ? tracks.map((track) => ({ path: nameFor(options.file, track), tracks: [track] }))
    : [{ path: resolve(options.file), tracks }];
  const folder = dirname(resolve(options.file));
  if (!(await isFolder(folder))) return fail('export-nowhere', folder);
  await removeLeftBehind(folder);
  for (const { path } of groups)
    for (const target of [path, sidecarOf(path)])
      if (await exists(target)) return fail('export-exists', target);
  const total = tracks.flatMap(({ parts }) => parts).reduce((sum, { bytes }) => sum + bytes, 0);
  let taken = 0;
  const onTaken = (bytes: number) => {
    taken += bytes;
    options.onProgress(Math.min(1, taken / total));
  };
  const files: ExportedFile[] = [];
  for (const group of groups) {
    const written = await writeGroup(recording, group, options, onTaken);
    if (!written.ok) return written;
    files.push(written.value);
  }
  // Init segments of later takes are not written again.
  options.onProgress(1);
  return ok(files);
}

type Group = { readonly path: string; readonly tracks: readonly Track[] };

async function writeGroup(
  recording: Recording,
  { path, tracks }: Group,
  { asRecorded, ffmpeg, env, signal }: ExportOptions,
  onTaken: (bytes: number) => void,
): Promise<Result<ExportedFile>> {
  const { sessionId, title, startedAt } = recording.facts();
  let part: PartFolder | undefined;
  let isPlaced = false;
  let isWhole = false;
  try {
    part = await makePartFolder(path);
    const { path: folder } = part;
    const unfinished = join(folder, 'export.mp4');
    await writeFile(unfinished, '', OWN);
    const args = exportArguments(
      { tracks, asRecorded, title: title ?? sessionId, startedAt },
      `file:${unfinished}`,
    );
    const chapters = Buffer.from(metadataOf(chaptersOf(recording)));
    const inputs = [...tracks.flatMap(({ parts }) => parts.map(({ pieces }) => pieces())), only(chapters)];
    const ran = await runFfmpegOver({ ffmpeg, env, args, inputs, signal, onTaken });
    if (!ran.ok) return ran;
    const sha256 = await digestOf(unfinished);
    const { size: bytes } = await stat(unfinished);
    const beside = join(folder, 'sha256');
    await writeFile(beside, sumLine(sha256, basename(path)), OWN);
    // A kill between the two leaves a whole file, and no digest of nothing.
    if (!(await place(unfinished, path))) return fail('export-exists', path);
    isPlaced = true;
    isWhole = await place(beside, sidecarOf(path));
    return isWhole
      ? ok({ path, channels: tracks.map(({ channelId }) => channelId), bytes, sha256 })
      : fail('export-exists', sidecarOf(path));
  } catch (error) {
    return { ok: false, error: writeError(error, basename(path)) };
  } finally {
    if (isPlaced && !isWhole) await rm(path, { force: true });
    await part?.remove();
  }
}

const OWN = { flag: 'wx', mode: 0o600 } as const;

/** As `sha256sum -c` reads it, which has a backslash before the line where the name has one or a line end (GNU coreutils). */
function sumLine(sha256: string, name: string): string {
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `${escaped === name ? '' : '\\'}${sha256}  ${escaped}\n`;
}

function writeError(cause: unknown, name: string): TallylightError {
  const error = diskError(cause, name);
  return error.code === 'disk-full' ? errorOf('export-disk-full', error.detail) : error;
}

function rank({ kind }: Track): number {
  return ['display', 'mic', 'system_audio'].indexOf(kind);
}

/** `meeting.mp4` and `mic:default` make `meeting.mic-default.mp4`. */
function nameFor(file: string, { channelId }: Track): string {
  const ending = extname(file);
  const stem = ending === '' ? file : file.slice(0, -ending.length);
  return resolve(`${stem}.${channelId.replace(':', '-')}${ending === '' ? '.mp4' : ending}`);
}

function sidecarOf(path: string): string {
  return `${path}.sha256`;
}

async function* only(bytes: Uint8Array): AsyncGenerator<Result<Uint8Array>> {
  yield ok(bytes);
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest('hex');
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
