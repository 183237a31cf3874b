import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { followLive, type LiveChannel, wholeSession } from '../../app/launch/service-side.ts';
import { containsBytes } from '../instruments/bytes.ts';
import { rawPatternLines, readPattern } from '../instruments/pattern.ts';
import { type House, newSession, openHouse, tallylight } from './house.ts';
import { tracedTo, writtenFiles } from './written-files.ts';

const CHANNELS = ['mic:default', 'system_audio:default', 'display:1'] as const;
const PATTERN = '5aa50ff0c33c9669';

/** Every way of keeping some of three channels and passing the others on. */
const COMBINATIONS = [...Array(8).keys()].map((bits) =>
  CHANNELS.map((id, index) => ({ id, keep: (bits & (1 << index)) !== 0 })),
);

type Run = {
  readonly sessionId: string;
  readonly token: string;
  readonly clientDir: string;
  readonly kept: readonly string[];
  readonly live: ReadonlyMap<string, LiveChannel>;
  readonly rtstreams: ReadonlyMap<string, string>;
  readonly videos: readonly string[];
  readonly written: readonly string[];
};

/**
 * Client and service run under strace, so that a file which was written and removed again is seen too. What live-only
 * channels sent is known to the byte from a live subscriber, which is what is then searched for.
 */
describe('all eight combinations of kept and live-only channels', () => {
  let house: House;
  const runs: Run[] = [];
  let serviceWrote: string[] = [];

  beforeAll(async () => {
    house = await openHouse(
      { picture: { pattern: PATTERN }, microphone: 'speech', speakers: 'music' },
      (folder) => tracedTo(join(folder, 'service.strace')),
    );
    for (const [index, combination] of COMBINATIONS.entries()) runs.push(await record(index, combination));
    await house.embedded.close();
    serviceWrote = await writtenFiles(join(house.folder, 'service.strace'));
  }, 300_000);
  afterAll(() => house?.close());

  async function record(index: number, combination: readonly { id: string; keep: boolean }[]): Promise<Run> {
    const { sessionId, token } = await newSession(house);
    const clientDir = join(house.folder, `client-${index}`);
    const log = join(house.folder, `client-${index}.strace`);
    const done = tallylight(
      house,
      [
        'record',
        ...[
          '--server',
          house.embedded.server,
          '--session',
          sessionId,
          '--data',
          clientDir,
          '--duration',
          '2.5',
        ],
        ...combination.flatMap(({ id, keep }) => [keep ? '--store' : '--ephemeral', id]),
      ],
      { TALLYLIGHT_TOKEN: token },
      tracedTo(log),
    );
    const live = await followWhenStarted(sessionId);
    const { code, stderr } = await done;
    if (code !== 0) throw new Error(stderr);
    live.close();
    const session = await wholeSession(house.embedded, sessionId);
    return {
      sessionId,
      token,
      clientDir,
      kept: combination
        .filter(({ keep }) => keep)
        .map(({ id }) => id)
        .sort(),
      live: live.channels(),
      rtstreams: new Map(session.rtstreams.map((stream) => [stream.name, stream.rtstream_id])),
      videos: session.videos.map(({ name }) => name).sort(),
      written: await writtenFiles(log),
    };
  }

  async function followWhenStarted(sessionId: string) {
    for (;;) {
      const session = await wholeSession(house.embedded, sessionId);
      if (session.rtstreams.length > 0) return followLive(house.embedded, sessionId);
      // Each look is an entry in the audit log, which a traced service writes slowly.
      await setTimeout(100);
    }
  }

  test('[P14] exactly the kept channels exist on both sides', async () => {
    expect(runs).toHaveLength(8);
    for (const run of runs) {
      expect(run.videos).toEqual(run.kept);
      const vault = await readdir(join(run.clientDir, 'vault', run.sessionId)).catch(() => []);
      const takes = vault
        .filter((name) => name.includes('.take-'))
        .map((name) => name.replace('@', ':').replace(/\.take-.*/, ''));
      expect(takes.sort()).toEqual(run.kept);
      const blobs = await readdir(join(house.serviceDir, 'blobs', run.sessionId)).catch(() => []);
      expect(blobs.sort()).toEqual(run.kept.map((id) => run.rtstreams.get(id)).sort());
    }
  });

  test('[P13] a live-only channel reaches its processors, and the known picture can be read there', async () => {
    for (const run of runs) {
      expect([...run.live.keys()].sort()).toEqual(CHANNELS.filter((id) => !run.kept.includes(id)).sort());
      for (const channel of run.live.values()) expect(channel).toMatchObject({ wrong: 0 });
    }
    const shown = runs[0]?.live.get('display:1');
    const file = join(house.folder, 'seen-live.mp4');
    await writeFile(file, Buffer.concat(shown?.parts ?? []));
    expect(await readPattern(file, 1)).toBe(PATTERN);
    await rm(file);
  });

  test('[P13]nothing is opened for writing but the files that are known, none of them for a live-only channel', () => {
    const known = [
      /^audit\.jsonl$/,
      /^(audit\.head|audit-key\.wrapped|trust\.json|policies\.json)(\.next)?$/,
      /^device\.key$/,
      /^lock\.sqlite(-journal)?$/,
      /^vault\/[^/]+\/(key\.wrapped|(recording\.sealed|receipts\.jsonl)(\.next)?)$/,
    ];
    for (const run of runs) {
      const unknown = run.written
        .filter((path) => !isNoDisk(path))
        .map((path) => relative(run.clientDir, path))
        .filter((path) => !known.some((pattern) => pattern.test(path)))
        .filter(
          (path) =>
            !run.kept.some((id) => {
              const own = `vault/${run.sessionId}/${id.replace(':', '@')}`;
              return path.startsWith(`${own}.take-`) || path.startsWith(`${own}.key.sealed`);
            }),
        );
      expect(unknown).toEqual([]);
    }
    const keptStreams = runs.flatMap((run) =>
      run.kept.flatMap((id) =>
        ['blobs', 'copies'].map((folder) => `${folder}/${run.sessionId}/${run.rtstreams.get(id)}/`),
      ),
    );
    const ofService = [
      /^(tallylight\.sqlite|in-use\.lock)(-\w+)?$/,
      /^master\.key/,
      /^audit-heads\.json(\.\w+\.part)?$/,
      // Whose folder it is.
      /^copies\/tallylight-service(\.\w+\.part)?$/,
    ];
    const foreign = serviceWrote
      .filter((path) => !isNoDisk(path))
      .map((path) => relative(house.serviceDir, path))
      .filter((path) => !ofService.some((pattern) => pattern.test(path)))
      .filter((path) => !keptStreams.some((prefix) => path.startsWith(prefix)));
    expect(foreign).toEqual([]);
  });

  test('[P13] [P10] what a live-only channel captured is nowhere on a disk, neither raw nor as it was sent', async () => {
    const sent = runs.flatMap((run) => [...run.live.values()].flatMap(({ parts }) => parts.flatMap(slices)));
    expect(sent.length).toBeGreaterThan(40);
    const needles = [...sent, ...rawPatternLines(PATTERN)];
    const places = [house.serviceDir, house.tempDir, ...runs.map(({ clientDir }) => clientDir)];
    expect(await containsBytes(places, needles)).toEqual([]);
  });

  test('[P30]no file of either side shows that there is media in it', async () => {
    const signs = ['ftypiso', 'moof', 'mdat', 'avcC', 'dOps', 'OpusHead'].map((sign) => Buffer.from(sign));
    const media = await mediaFiles();
    expect(media.length).toBeGreaterThan(30);
    expect(await containsBytes(media, signs)).toEqual([]);
  });

  async function mediaFiles(): Promise<string[]> {
    const dirs = [join(house.serviceDir, 'blobs'), ...runs.map(({ clientDir }) => join(clientDir, 'vault'))];
    const found = await Promise.all(
      dirs.map((dir) => readdir(dir, { recursive: true, withFileTypes: true }).catch(() => [])),
    );
    return found
      .flat()
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  }

  test('[P07][P42] neither API key nor token is in any file of either side', async () => {
    const secrets = [house.embedded.apiKey, house.embedded.connectSecret, ...runs.map(({ token }) => token)];
    const places = [...runs.map(({ clientDir }) => clientDir), house.tempDir, house.serviceDir];
    expect(
      await containsBytes(
        places,
        secrets.map((secret) => Buffer.from(secret)),
      ),
    ).toEqual([]);
    expect(await readFile(join(runs[0]?.clientDir ?? '', 'audit.jsonl'), 'utf8')).toContain('consent.given');
  });
});

/** Devices, pipes, kernel files and shared memory outlive no power cut; libpulse opens its own cookie to write. */
function isNoDisk(path: string): boolean {
  return /^\/(dev|proc|sys)\//.test(path) || path.endsWith('/pulse-cookie');
}

/** Pieces of a fragment's media, long and rare enough to be found by. */
function slices(fragment: Buffer): Buffer[] {
  const media = fragment.indexOf('mdat') + 4;
  const body = fragment.subarray(media);
  if (media < 4 || body.length < 200) return [];
  return [body.subarray(20, 68), body.subarray(body.length - 60, body.length - 12)].filter(
    (slice) => new Set(slice).size > 16,
  );
}
