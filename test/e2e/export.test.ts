import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, newSession, openHouse, tallylight } from './house.ts';

const run = promisify(execFile);

let house: House;
beforeAll(async () => {
  house = await openHouse({ picture: 'moving-desktop', microphone: 'speech', speakers: 'music' });
}, 60_000);
afterAll(() => house?.close());

test('[P64] a recording is exported as one MP4 that can be checked, and the log says so', async () => {
  const { sessionId, token } = await newSession(house);
  const data = ['--data', house.clientDir];
  const recorded = await tallylight(
    house,
    [
      ...['record', '--server', house.embedded.server, '--session', sessionId, ...data, '--duration', '5'],
      ...['--store', 'mic:default', '--store', 'system_audio:default', '--store', 'display:1'],
    ],
    { TALLYLIGHT_TOKEN: token },
  );
  expect(recorded.code).toBe(0);

  const file = join(house.folder, 'meeting.mp4');
  const made = await tallylight(house, ['export', sessionId, '--out', file, '--json', ...data]);
  expect(made.code).toBe(0);
  const events = made.stdout
    .trimEnd()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line));
  expect(events.filter(({ event }) => event === 'progress').at(-1)).toMatchObject({ percent: 100 });
  expect(events.at(-1)).toMatchObject({
    event: 'exported',
    path: file,
    channels: ['display:1', 'mic:default', 'system_audio:default'],
  });
  await run('sha256sum', ['-c', '--quiet', 'meeting.mp4.sha256'], { cwd: house.folder });
  const probe = ['-v', 'error', '-show_entries', 'stream=codec_name:format=duration', '-of', 'json', file];
  const { streams, format } = JSON.parse((await run('ffprobe', probe)).stdout);
  expect(streams.map(({ codec_name }: { codec_name: string }) => codec_name)).toEqual(['h264', 'aac', 'aac']);
  expect(Number(format.duration)).toBeGreaterThan(4.5);
  expect(Number(format.duration)).toBeLessThan(6);
  expect((await tallylight(house, ['audit', ...data])).stdout).toContain(
    'exported, in the clear, to a file of your own',
  );

  // The vault has it still, and nothing that was written to be read is left beside the file.
  expect((await tallylight(house, ['verify', sessionId, ...data])).code).toBe(0);
  expect((await readdir(house.folder)).filter((name) => name.startsWith('meeting')).sort()).toEqual([
    'meeting.mp4',
    'meeting.mp4.sha256',
  ]);
  const before = await readFile(file);
  expect(await tallylight(house, ['export', sessionId, '--out', file, ...data])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is a file of that name already'),
  });
  expect(await readFile(file)).toEqual(before);
  expect(await tallylight(house, ['export', 'cap-none0000', ...data])).toMatchObject({ code: 2 });
}, 120_000);
