import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, newSession, openHouse, tallylight } from './house.ts';
import { tracedTo } from './written-files.ts';

/** As strace prints bytes: EBML's begin unprintable, everything else is letters. */
const SIGNS = ['ftyp', 'moof', 'mdat', '\\32E\\337\\243', 'RIFF', 'OpusHead', 'OggS'];

type Call = { readonly name: string; readonly path: string; readonly data: string };

let house: House;
let calls: readonly Call[] = [];

/** One recording of all three channels, every write and sync of its whole process tree written down, content included. */
beforeAll(async () => {
  house = await openHouse({ picture: 'moving-desktop', microphone: 'speech', speakers: 'music' });
  const { sessionId, token } = await newSession(house);
  const log = join(house.folder, 'client.strace');
  const traced = tracedTo(log, 'write,writev,pwrite64,pwritev,pwritev2,fdatasync').map((word) =>
    word === '4096' ? '1048576' : word,
  );
  const where = ['--server', house.embedded.server, '--session', sessionId, '--data', house.clientDir];
  const what = ['mic:default', 'system_audio:default', 'display:1'].flatMap((id) => ['--store', id]);
  const { code, stderr } = await tallylight(
    house,
    ['record', ...where, ...what, '--duration', '3'],
    { TALLYLIGHT_TOKEN: token },
    traced,
  );
  if (code !== 0) throw new Error(stderr);
  calls = (await readFile(log, 'utf8')).split('\n').flatMap((line) => {
    const [, name = '', path = '', data = ''] = /^\d+\s+(\w+)\(\d+<([^>]*)>(.*)$/.exec(line) ?? [];
    return name === '' ? [] : [{ name, path, data }];
  });
}, 120_000);
afterAll(() => house?.close());

const isFile = ({ path }: Call) => path.startsWith('/') && !/^\/(dev|proc|sys|memfd:)/.test(path);
const isMedia = ({ data }: Call) => SIGNS.some((sign) => data.includes(sign));

test('[P32] nothing that can be played is written to any file between the device and the vault', () => {
  const written = calls.filter((call) => call.name !== 'fdatasync');
  // The same search finds it where it does pass in the clear: in the pipe from each ffmpeg.
  expect(written.filter((call) => !isFile(call) && isMedia(call)).length).toBeGreaterThan(9);
  const files = written.filter(isFile);
  expect(files.filter(({ path }) => path.includes('.take-')).length).toBeGreaterThan(9);
  expect(files.filter(isMedia).map(({ path }) => path)).toEqual([]);
});

test('[P32] every record is on the disk before the next one of its channel is written', () => {
  const takes = new Map<string, string[]>();
  for (const { name, path } of calls)
    if (path.includes('.take-')) takes.set(path, [...(takes.get(path) ?? []), name]);
  expect(takes.size).toBe(3);
  for (const names of takes.values()) {
    expect(names.length).toBeGreaterThan(5);
    expect(names.at(-1)).toBe('fdatasync');
    names.forEach((name, index) => {
      if (name !== 'fdatasync') expect(names[index + 1]).toBe('fdatasync');
    });
  }
});
