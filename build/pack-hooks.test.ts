import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FFMPEG_BUILDS, type FfmpegBuild } from './ffmpeg-builds.ts';
import { assertPacked, type Packing, stageFfmpeg } from './pack-hooks.ts';

const MACHINE = `${process.platform}-${process.arch}`;
const FOREIGN = 'win32-x64';
/** The ffmpeg of this machine stands for one that is shipped. */
const [FFMPEG = '', VERSION = ''] = [
  execFileSync('which', ['ffmpeg'], { encoding: 'utf8' }).trim(),
  /^ffmpeg version (\S+)/.exec(execFileSync('ffmpeg', ['-version'], { encoding: 'utf8' }))?.[1],
];
const BUILD: FfmpegBuild = {
  ships: 'build',
  origin: 'made for this test',
  version: VERSION,
  licence: 'GPL-3.0-or-later',
  archive: { url: 'https://127.0.0.1/ffmpeg.gz', sha256: null, unpack: 'gzip' },
  program: 'ffmpeg',
  sha256: null,
  source: ['https://127.0.0.1/ffmpeg.tar.xz'],
  needs: { demuxers: ['lavfi'], filters: ['aresample'], encoders: ['libx264', 'libopus'] },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallylight-pack-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

type Given = Partial<Omit<FfmpegBuild, 'ships'>> & { readonly contact?: string };

/** Packs for one target with one program; the checksum is that of the program unless the test says otherwise. */
async function pack(target: string, given: Given): Promise<Packing> {
  const { contact = 'offers@example.org', ...rest } = given;
  const program = await readFile(join(folder, 'given', target, 'ffmpeg')).catch(() => undefined);
  const digest = program === undefined ? null : createHash('sha256').update(program).digest('hex');
  await writeFile(join(folder, 'NOTICES'), 'Write to offers@example.org for the source.\n');
  const packing: Packing = {
    builds: { offerContact: contact, targets: { [target]: { ...BUILD, sha256: digest, ...rest } } },
    ffmpegDir: join(folder, 'given'),
    stagingDir: join(folder, 'staged'),
    noticesFile: join(folder, 'NOTICES'),
  };
  await stageFfmpeg(target, packing);
  return packing;
}

async function program(target: string, text: string): Promise<string> {
  const path = join(folder, 'given', target, 'ffmpeg');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
}

const ABILITIES = 'lavfi aresample libx264 libopus';

describe('packaging ffmpeg', () => {
  test('asks the program of this machine for licence, version and abilities, and lays it out byte for byte', async () => {
    const given = await program(MACHINE, '');
    await copyFile(FFMPEG, given);
    const packing = await pack(MACHINE, {});
    const resources = join(folder, 'resources');
    await mkdir(join(resources, 'ffmpeg'), { recursive: true });
    const staged = join(packing.stagingDir, MACHINE, 'ffmpeg');
    await copyFile(staged, join(resources, 'ffmpeg', 'ffmpeg'));
    expect(await readFile(staged)).toEqual(await readFile(FFMPEG));
    await expect(assertPacked(MACHINE, resources, packing)).resolves.toBeUndefined();

    await truncate(join(resources, 'ffmpeg', 'ffmpeg'), 1_000);
    await expect(assertPacked(MACHINE, resources, packing)).rejects.toThrow(
      'not the ffmpeg that was checked',
    );
    await rm(resources, { recursive: true });
    await expect(assertPacked(MACHINE, resources, packing)).rejects.toThrow(
      'not the ffmpeg that was checked',
    );
  });

  test.each<[string, Given, string]>([
    ['of another version', { version: '0.1' }, 'expected 0.1'],
    [
      'without a device it needs',
      { needs: { demuxers: ['avfoundation'], filters: [], encoders: [] } },
      'lacks avfoundation',
    ],
    [
      'without a filter it needs',
      { needs: { demuxers: [], filters: ['ddagrab'], encoders: [] } },
      'lacks ddagrab',
    ],
  ])('refuses the program of this machine %s', async (_what, given, why) => {
    await copyFile(FFMPEG, await program(MACHINE, ''));
    await expect(pack(MACHINE, given)).rejects.toThrow(why);
  });

  test('refuses a program that says itself that it is not redistributable', async () => {
    await program(
      MACHINE,
      `#!/bin/sh\necho "ffmpeg version ${VERSION}"; echo "This version of ffmpeg has nonfree parts compiled in."\n`,
    );
    await expect(pack(MACHINE, {})).rejects.toThrow('not redistributable');
  });

  test.each([FOREIGN, MACHINE])('refuses --enable-nonfree in the bytes for %s', async (target) => {
    await program(target, `#!/bin/sh\n# ${ABILITIES} --enable-gpl --enable-nonfree\n`);
    await expect(pack(target, {})).rejects.toThrow('not redistributable (--enable-nonfree)');
    await expect(readFile(join(folder, 'staged', target, 'ffmpeg'))).rejects.toThrow('ENOENT');
  });

  test('takes a foreign program by its checksum and its words', async () => {
    await program(FOREIGN, ABILITIES);
    const { stagingDir } = await pack(FOREIGN, {});
    expect(await readFile(join(stagingDir, FOREIGN, 'ffmpeg'), 'utf8')).toBe(ABILITIES);
    await program(FOREIGN, 'lavfi aresample libopus');
    await expect(pack(FOREIGN, {})).rejects.toThrow('lacks libx264');
  });

  test.each<[string, Given, string]>([
    ['a program of another checksum', { sha256: '0'.repeat(64) }, `expected ${'0'.repeat(64)}`],
    ['a target whose checksum nobody has filled in', { sha256: null }, 'build/ffmpeg-builds.json'],
    ['a package without an address for the source', { contact: 'OFFER_CONTACT' }, 'offers its source'],
    ['notices that hold another address', { contact: 'new@example.org' }, 'npm run notices'],
  ])('refuses %s', async (_what, given, why) => {
    await program(FOREIGN, ABILITIES);
    await expect(pack(FOREIGN, given)).rejects.toThrow(why);
    await expect(readFile(join(folder, 'staged', FOREIGN, 'ffmpeg'))).rejects.toThrow('ENOENT');
  });

  test('says which file is missing, and how to get it', async () => {
    await expect(pack(FOREIGN, {})).rejects.toThrow(`node build/fetch-ffmpeg.ts ${FOREIGN}`);
  });

  test('packages nothing for a target without a build, and no ffmpeg for Linux', async () => {
    const packing: Packing = {
      builds: FFMPEG_BUILDS,
      ffmpegDir: undefined,
      stagingDir: join(folder, 'staged'),
      noticesFile: join(folder, 'NOTICES'),
    };
    await expect(stageFfmpeg('win32-arm64', packing)).rejects.toThrow('nothing is packaged');
    await expect(stageFfmpeg('freebsd-x64', packing)).rejects.toThrow('does not know this target');
    await expect(stageFfmpeg('darwin-universal', packing)).rejects.toThrow('does not know this target');
    await expect(stageFfmpeg('linux-x64', packing)).resolves.toBeUndefined();
    await expect(assertPacked('linux-arm64', folder, packing)).resolves.toBeUndefined();
    await expect(stageFfmpeg('darwin-arm64', packing)).rejects.toThrow('offers its source');
  });

  test('no Mac gets what ffmpeg-static has: its build for Apple silicon may not be passed on', () => {
    for (const target of ['darwin-arm64', 'darwin-x64']) {
      const build = FFMPEG_BUILDS.targets[target];
      expect(build?.ships === 'build' && build.archive.url).not.toContain('ffmpeg-static');
    }
  });
});
