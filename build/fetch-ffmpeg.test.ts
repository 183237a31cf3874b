import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchFfmpeg } from './fetch-ffmpeg.ts';
import type { FfmpegBuild } from './ffmpeg-builds.ts';
import { zipEntry } from './zip-entry.ts';

const PROGRAM = 'a program\n'.repeat(20);
/** Made by Info-ZIP 3.0: a file LICENCE, stored, and the program, deflated. */
const ZIP = Buffer.from(
  [
    'UEsDBAoAAAAAAActeF0lP7FwCgAAAAoAAAAHABwATElDRU5DRVVUCQADPSMFaz0jBWt1eAsAAQQAAAAABAAAAABhIGxpY2Vu',
    'Y2UKUEsDBBQAAAAIAActeF11hCBMDwAAAMgAAAAGABwAZmZtcGVnVVQJAAM9IwVrPSMFa3V4CwABBAAAAAAEAAAAAEtUKCjK',
    'Ty9KzOVKHNIsAFBLAQIeAwoAAAAAAActeF0lP7FwCgAAAAoAAAAHABgAAAAAAAEAAACkgQAAAABMSUNFTkNFVVQFAAM9IwVr',
    'dXgLAAEEAAAAAAQAAAAAUEsBAh4DFAAAAAgABy14XXWEIEwPAAAAyAAAAAYAGAAAAAAAAQAAAKSBSwAAAGZmbXBlZ1VUBQAD',
    'PSMFa3V4CwABBAAAAAAEAAAAAFBLBQYAAAAAAgACAJkAAACaAAAAAAA=',
  ].join(''),
  'base64',
);
const archives = new Map<string, Buffer>();
const server = createServer((request, response) => {
  const archive = archives.get(request.url ?? '');
  response.writeHead(archive === undefined ? 404 : 200).end(archive);
});
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallylight-fetch-'));
  archives.set('/ffmpeg.gz', gzipSync(PROGRAM));
  archives.set('/ffmpeg.zip', ZIP);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

function build(file: string, unpack: 'gzip' | 'zip', sha256?: string): FfmpegBuild {
  const known = createHash('sha256')
    .update(archives.get(file) ?? '')
    .digest('hex');
  const { port } = server.address() as AddressInfo;
  return {
    ships: 'build',
    origin: 'made for this test',
    version: '1',
    licence: 'GPL-3.0-or-later',
    archive: { url: `http://127.0.0.1:${port}${file}`, sha256: sha256 ?? known, unpack },
    program: 'ffmpeg',
    sha256: null,
    source: ['here'],
    needs: { demuxers: [], filters: [], encoders: [] },
  };
}

test.each([
  ['/ffmpeg.gz', 'gzip'],
  ['/ffmpeg.zip', 'zip'],
] as const)('the program is unpacked from %s', async (file, unpack) => {
  const path = await fetchFfmpeg('darwin-arm64', build(file, unpack), join(folder, unpack));
  expect(path).toBe(join(folder, unpack, 'darwin-arm64', 'ffmpeg'));
  expect(await readFile(path, 'utf8')).toBe(PROGRAM);
});

test('an archive of another checksum is not unpacked, and an absent one is told', async () => {
  const place = join(folder, 'refused');
  await expect(fetchFfmpeg('t', build('/ffmpeg.gz', 'gzip', '0'.repeat(64)), place)).rejects.toThrow(
    'expected 0000',
  );
  await expect(fetchFfmpeg('t', build('/none', 'gzip'), place)).rejects.toThrow('answers 404');
  await expect(readFile(join(place, 't', 'ffmpeg'))).rejects.toThrow('ENOENT');
});

test('a ZIP archive gives each of its files, stored or deflated, and refuses what it does not hold', () => {
  expect(zipEntry(ZIP, 'LICENCE').toString()).toBe('a licence\n');
  expect(zipEntry(ZIP, 'ffmpeg').toString()).toBe(PROGRAM);
  expect(() => zipEntry(ZIP, 'ffprobe')).toThrow('no ffprobe');
  expect(() => zipEntry(Buffer.from('no archive'), 'ffmpeg')).toThrow('no ZIP archive');
});
