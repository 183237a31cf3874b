import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { testFfmpeg } from '../pipeline/test-capture.ts';
import { lockData } from '../vault/lock.ts';
import type { Recording } from '../vault/recording.ts';
import {
  done,
  IS_ROOT,
  mounted,
  TEST_SESSION,
  testFacts,
  testFolder,
  testFragment,
  testVault,
} from '../vault/test-vault.ts';
import { type ExportOptions, exportRecording } from './export-recording.ts';
import { recordedTake, type TestTake } from './test-media.ts';

const MIC = 'mic:default';
const SCREEN = 'display:1';
/** A tone or a white picture for a tenth of a second, `at` seconds from the beginning of a take of `length` seconds. */
const beep = (at: number, length: number) =>
  `aevalsrc='0.8*sin(880*2*PI*t)*between(t,${at},${at + 0.1})':s=48000:d=${length}`;
const flash = (at: number, length: number, size = '320x240') =>
  `color=black:s=${size}:r=20:d=${length},drawbox=c=white:t=fill:enable='between(t,${at},${at + 0.1})'`;

/** Two takes of each channel, with a pause of a minute between them; a beep and a flash in each, at 1 s and at 5 s. */
const TAKES: TestTake[] = [
  { channelId: MIC, take: 1, atMs: 400, pausedBeforeMs: 400, source: beep(1, 3) },
  { channelId: SCREEN, take: 1, atMs: 650, pausedBeforeMs: 400, source: flash(0.75, 2.75) },
  { channelId: MIC, take: 2, atMs: 63_400, pausedBeforeMs: 60_400, source: beep(2, 3) },
  { channelId: SCREEN, take: 2, atMs: 63_700, pausedBeforeMs: 60_400, source: flash(1.7, 2.7) },
];

async function recorded(takes: readonly TestTake[] = TAKES) {
  const dataDir = await testFolder();
  const vault = await testVault(dataDir);
  const recording = done(await vault.create(testFacts()));
  for (const fragment of takes.flatMap(recordedTake)) done(await recording.append(fragment));
  return { dataDir, vault, recording };
}
async function exported(recording: Recording, changes: Partial<ExportOptions> = {}) {
  const folder = await testFolder();
  const shares: number[] = [];
  const { path: ffmpeg } = await testFfmpeg();
  const done = await exportRecording(recording, {
    ...{ file: join(folder, 'meeting.mp4'), perChannel: false, asRecorded: false, ffmpeg, env: process.env },
    signal: new AbortController().signal,
    onProgress: (share) => void shares.push(share),
    ...changes,
  });
  return { folder, shares, done };
}

type Probed = {
  streams: {
    codec_name: string;
    codec_type: string;
    start_time: string;
    duration: string;
    tags: Record<string, string>;
    width?: number;
  }[];
  chapters: { start_time: string; end_time: string; tags: { title: string } }[];
  format: { duration: string; tags: Record<string, string> };
};
function probed(path: string): Probed {
  const args = ['-v', 'error', '-show_streams', '-show_chapters', '-show_format', '-of', 'json', path];
  return JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8' }));
}
/** Where it is loud, and where it is bright, in seconds as a player shows it. */
function loudAt(path: string, stream = 'a:0'): number[] {
  const args = [
    '-v',
    'error',
    '-i',
    path,
    '-map',
    `0:${stream}`,
    '-af',
    'aresample=async=1:first_pts=0',
    '-ac',
    '1',
    '-ar',
    '1000',
    '-f',
    's16le',
    '-',
  ];
  const sound = execFileSync('ffmpeg', args);
  return onsets(
    Array.from({ length: sound.length / 2 }, (_, at) => [
      at / 1000,
      Math.abs(sound.readInt16LE(at * 2)) > 3000,
    ]),
  );
}
function brightAt(path: string): number[] {
  const filter = 'signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-';
  const text = execFileSync(
    'ffmpeg',
    ['-v', 'error', '-copyts', '-i', path, '-map', '0:v:0', '-vf', filter, '-f', 'null', '-'],
    { encoding: 'utf8' },
  );
  return onsets(
    [...text.matchAll(/pts_time:([\d.]+)\n.*YAVG=([\d.]+)/g)].map(([, at, luma]) => [
      Number(at),
      Number(luma) > 120,
    ]),
  );
}
function onsets(levels: readonly (readonly [number, boolean])[]): number[] {
  const found: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const [at, isOn] of levels) {
    if (!isOn) continue;
    if (at - last > 0.5) found.push(at);
    last = at;
  }
  return found;
}
function expectNear(times: readonly number[], ...wanted: number[]) {
  expect(times).toHaveLength(wanted.length);
  for (const [index, at] of times.entries())
    expect(Math.abs(at - (wanted[index] ?? 0)), `${times.join()} for ${wanted.join()}`).toBeLessThan(0.04);
}

describe('an export', () => {
  test('[P64] is one MP4 with all tracks in sync, pauses left out and marked, its digest beside it', async () => {
    const { recording } = await recorded();
    const { folder, shares, done: result } = await exported(recording);
    const [file] = done(result);
    const path = join(folder, 'meeting.mp4');
    expect(file).toMatchObject({ path, channels: [SCREEN, MIC] });
    const { streams, chapters, format } = probed(path);
    expect(
      streams
        .filter(({ codec_type }) => codec_type !== 'data')
        .map(({ codec_name, tags }) => [codec_name, tags.handler_name]),
    ).toEqual([
      ['h264', 'Display'],
      ['aac', 'Microphone'],
    ]);
    expect(Number(format.duration)).toBeCloseTo(6, 0);
    expect(format.tags).toMatchObject({ title: 'Weekly', creation_time: '2026-03-01T10:00:00.000000Z' });
    expectNear(loudAt(path), 1, 5);
    expectNear(brightAt(path), 1, 5);
    expect(chapters.map(({ tags }) => tags.title)).toEqual(['Start', 'After a pause of 1:00']);
    expectNear(
      chapters.map(({ start_time }) => Number(start_time)),
      0,
      3,
    );
    // Players begin at once with a file whose index comes first.
    const bytes = await readFile(path);
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
    expect((await readdir(folder)).sort()).toEqual(['meeting.mp4', 'meeting.mp4.sha256']);
    execFileSync('sha256sum', ['-c', '--quiet', 'meeting.mp4.sha256'], { cwd: folder });
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual(shares.toSorted((one, other) => one - other));
  });

  test('as recorded copies sound, too; a file for each channel is on the same timeline', async () => {
    const { recording } = await recorded();
    const { folder, done: result } = await exported(recording, { asRecorded: true, perChannel: true });
    expect(done(result).map(({ channels }) => channels)).toEqual([[SCREEN], [MIC]]);
    const [screen, mic] = ['meeting.display-1.mp4', 'meeting.mic-default.mp4'].map((name) =>
      join(folder, name),
    ) as [string, string];
    expect(probed(mic).streams[0]?.codec_name).toBe('opus');
    expectNear(loudAt(mic), 1, 5);
    expectNear(brightAt(screen), 1, 5);
    for (const path of [screen, mic])
      execFileSync('sha256sum', ['-c', '--quiet', `${path}.sha256`], { cwd: folder });
  });

  test('of a display whose size changed on the way is one track in the larger size', async () => {
    const { recording } = await recorded([
      { channelId: SCREEN, take: 1, atMs: 0, source: flash(1, 3) },
      { channelId: SCREEN, take: 2, atMs: 3000, source: flash(2, 3, '640x360') },
    ]);
    const { folder, done: result } = await exported(recording);
    done(result);
    const path = join(folder, 'meeting.mp4');
    const { streams, chapters } = probed(path);
    expect(streams.map(({ codec_type, width }) => [codec_type, width])).toEqual([['video', 640]]);
    expect(chapters).toEqual([]);
    expectNear(brightAt(path), 1, 5);
  });

  test('fills with silence where a channel captured nothing for a while', async () => {
    const { recording } = await recorded([
      { channelId: MIC, take: 1, atMs: 0, source: beep(1, 2) },
      { channelId: MIC, take: 2, atMs: 4000, source: beep(1, 2) },
    ]);
    const { folder, done: result } = await exported(recording);
    done(result);
    expectNear(loudAt(join(folder, 'meeting.mp4')), 1, 5);
  });
});

describe('what an export writes', () => {
  const SHORT: TestTake[] = [{ channelId: MIC, take: 1, atMs: 0, source: beep(0.2, 1) }];

  test('goes through no link and over no file that lies beside it, and only its owner may read it', async () => {
    const { recording } = await recorded(SHORT);
    const folder = await testFolder();
    const own = join(folder, 'own.txt');
    await writeFile(own, 'own');
    await symlink(own, join(folder, 'linked.mp4.part'));
    await writeFile(join(folder, 'meeting.mp4.part'), 'own');
    for (const name of ['linked.mp4', 'meeting.mp4']) {
      const file = join(folder, name);
      done((await exported(recording, { file })).done);
      for (const path of [file, `${file}.sha256`]) expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(await readFile(`${file}.part`, 'utf8')).toBe('own');
    }
    const written = ['linked.mp4', 'meeting.mp4'].flatMap((name) => [name, `${name}.part`, `${name}.sha256`]);
    expect((await readdir(folder)).sort()).toEqual([...written, 'own.txt'].sort());
  });

  test('takes no name that a link has, though that leads nowhere', async () => {
    const { recording } = await recorded(SHORT);
    for (const name of ['meeting.mp4', 'meeting.mp4.sha256']) {
      const folder = await testFolder();
      await symlink(join(folder, 'nowhere'), join(folder, name));
      const { done: result } = await exported(recording, { file: join(folder, 'meeting.mp4') });
      expect(result).toMatchObject({ error: { code: 'export-exists' } });
      expect(await readdir(folder)).toEqual([name]);
    }
  });

  test('takes away what one that was killed left there, and nothing that is in use or of somebody else', async () => {
    const { recording } = await recorded(SHORT);
    const folder = await testFolder();
    const part = async (name: string, ...files: string[]) => {
      const path = join(folder, name);
      await mkdir(path, { mode: 0o700 });
      for (const file of files) await writeFile(join(path, file), '');
      return path;
    };
    const live = done(lockData(await part('live.mp4.part-AAAAAA', 'export.mp4')));
    await part('killed.mp4.part-BBBBBB', 'export.mp4', 'lock.sqlite');
    await part('own.mp4.part-CCCCCC', 'export.mp4', 'lock.sqlite', 'own.txt');
    await part('other.mp4.part-DDDDDD', 'export.mp4');
    const stays = ['other.mp4.part-DDDDDD', 'own.mp4.part-CCCCCC'];
    const partsAfter = async (name: string) => {
      done((await exported(recording, { file: join(folder, name) })).done);
      return (await readdir(folder)).filter((found) => found.includes('.part-')).sort();
    };
    expect(await partsAfter('one.mp4')).toEqual(['live.mp4.part-AAAAAA', ...stays]);
    live.release();
    expect(await partsAfter('two.mp4')).toEqual(stays);
  });

  test('has a digest that sha256sum reads, whatever its name', async () => {
    const { recording } = await recorded(SHORT);
    const folder = await testFolder();
    const file = join(folder, 'two\nlines\\n.mp4');
    done((await exported(recording, { file })).done);
    execFileSync('sha256sum', ['-c', '--quiet', `${file}.sha256`], { cwd: folder });
  });

  test('needs a folder that is there, which is said', async () => {
    const { recording } = await recorded(SHORT);
    const folder = join(await testFolder(), 'none');
    const { done: result } = await exported(recording, { file: join(folder, 'meeting.mp4') });
    expect(result).toMatchObject({ error: { code: 'export-nowhere', detail: folder } });
  });
});

describe('an export that does not come about leaves no half file', () => {
  test('where it was cancelled', async () => {
    const { recording } = await recorded();
    const cancel = new AbortController();
    const { folder, done: result } = await exported(recording, {
      signal: cancel.signal,
      onProgress: () => cancel.abort(),
    });
    expect(result).toMatchObject({ error: { code: 'export-cancelled' } });
    expect(await readdir(folder)).toEqual([]);
  });

  test('where there is a file of that name: that one stays', async () => {
    const { recording } = await recorded();
    for (const name of ['meeting.mp4', 'meeting.mp4.sha256']) {
      const folder = await testFolder();
      await writeFile(join(folder, name), 'of before');
      const { done: result } = await exported(recording, { file: join(folder, 'meeting.mp4') });
      expect(result).toMatchObject({ error: { code: 'export-exists' } });
      expect(await readdir(folder)).toEqual([name]);
      expect(await readFile(join(folder, name), 'utf8')).toBe('of before');
    }
  });

  test('where nothing is stored', async () => {
    const { recording } = await recorded([]);
    expect((await exported(recording)).done).toMatchObject({ error: { code: 'nothing-to-export' } });
  });

  test('where what is stored is no MP4 that can be laid out, which is said', async () => {
    const { recording } = await recorded([]);
    const [init] = TAKES.slice(0, 1).flatMap(recordedTake);
    if (init === undefined) throw new Error('there is a first fragment');
    done(await recording.append(init));
    done(await recording.append(testFragment({ sequence: 1 })));
    const { folder, done: result } = await exported(recording);
    expect(result).toMatchObject({
      error: { code: 'export-failed', detail: expect.stringContaining('1/1') },
    });
    expect(await readdir(folder)).toEqual([]);
    const { recording: worse } = await recorded([]);
    for (const sequence of [0, 1]) done(await worse.append(testFragment({ sequence })));
    expect((await exported(worse)).done).toMatchObject({ error: { code: 'export-failed' } });
  });

  test('where ffmpeg cannot be started or fails, which is said', async () => {
    const { recording } = await recorded();
    const folder = await testFolder();
    const failing = join(folder, 'ffmpeg');
    await writeFile(failing, '#!/bin/sh\necho Something is wrong >&2\nexit 1\n');
    await chmod(failing, 0o700);
    const run = async (ffmpeg: string) => (await exported(recording, { ffmpeg })).done;
    expect(await run(failing)).toMatchObject({
      error: { code: 'export-failed', detail: 'Something is wrong' },
    });
    expect(await run(join(folder, 'none'))).toMatchObject({ error: { code: 'export-failed' } });
  });

  test.skipIf(!IS_ROOT)('where the disk is full (skipped: needs root to mount a small disk)', async () => {
    const { recording } = await recorded();
    // Too small for the file, and for what is to lie beside it.
    for (const size of ['4k', '8k']) {
      const folder = await testFolder();
      mounted(folder, `size=${size}`);
      const { done: result } = await exported(recording, { file: join(folder, 'meeting.mp4') });
      expect(result).toMatchObject({ error: { code: 'export-disk-full' } });
      expect(await readdir(folder)).toEqual([]);
    }
  });

  test('[P61] where a fragment cannot be read, which is named; once that is known all else is exported', async () => {
    const { dataDir, vault, recording } = await recorded();
    const [, , third] = recording.fragments(MIC);
    const path = join(dataDir, 'vault', TEST_SESSION, 'mic@default.take-00001.sealed');
    const bytes = await readFile(path);
    bytes[(third?.offset ?? 0) + 40] = (bytes[(third?.offset ?? 0) + 40] ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect((await exported(recording)).done).toMatchObject({
      error: { code: 'vault-damaged', detail: 'mic:default take 1 fragment 2' },
    });
    const opened = done(await vault.open(TEST_SESSION));
    expect(opened.damage()).toMatchObject({ code: 'vault-damaged' });
    const { folder, done: result } = await exported(opened);
    done(result);
    expectNear(brightAt(join(folder, 'meeting.mp4')), 1, 5);
    expectNear(loudAt(join(folder, 'meeting.mp4')), 1, 5);
  });
});
