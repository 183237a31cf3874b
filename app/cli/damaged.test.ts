import { execFileSync } from 'node:child_process';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordedTake } from '../../main/export/test-media.ts';
import type { Recording } from '../../main/vault/recording.ts';
import {
  done,
  noteStart,
  TEST_SESSION,
  testFacts,
  testFolder,
  testVault,
} from '../../main/vault/test-vault.ts';
import { tallylight } from './test-cli.ts';

const MIC = 'mic:default';
const SCREEN = 'display:1';

/** Two takes of a microphone and one of a display, real media; what the command line says of it. */
async function kept() {
  const dataDir = await testFolder();
  await noteStart(dataDir, TEST_SESSION);
  const recording = done(await (await testVault(dataDir)).create(testFacts()));
  const tone = 'sine=f=440:r=48000:d=4';
  const takes = [
    { channelId: MIC, take: 1, atMs: 0, source: tone },
    { channelId: SCREEN, take: 1, atMs: 0, source: 'testsrc=s=320x240:r=20:d=8' },
    { channelId: MIC, take: 2, atMs: 4000, source: tone },
  ];
  for (const fragment of takes.flatMap(recordedTake)) done(await recording.append(fragment));
  done(
    await recording.change({
      ended: { at: '2026-03-01T10:00:08.000Z', durationMs: 8000, activeMs: 8000, live: [] },
    }),
  );
  await recording.close();
  const run = async (command: string, ...more: string[]) => {
    const said = await tallylight([command, TEST_SESSION, '--data', dataDir, ...more, '--json']);
    const events: Record<string, unknown>[] = said.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return { ...said, events: (name: string) => events.filter(({ event }) => event === name) };
  };
  return { dataDir, recording, run };
}

/** Changes one bit of the media of some fragments of a channel. */
async function flip(dataDir: string, recording: Recording, channelId: string, take: number, ...of: number[]) {
  const path = takeFile(dataDir, channelId, take);
  const bytes = await readFile(path);
  for (const { header, offset, length } of recording.fragments(channelId)) {
    if (header.take !== take || !of.includes(header.sequence)) continue;
    const at = offset + length - 20;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
  }
  await writeFile(path, bytes);
}
function takeFile(dataDir: string, channelId: string, take: number): string {
  return join(dataDir, 'vault', TEST_SESSION, `${channelId.replace(':', '@')}.take-0000${take}.sealed`);
}

/** Packets of the sound of a file, and whether a player finds anything wrong with it. */
function packetsOf(path: string, stream: string): number {
  const args = ['-v', 'error', '-count_packets', '-select_streams', stream, '-show_entries'];
  const text = execFileSync('ffprobe', [...args, 'stream=nb_read_packets', '-of', 'csv=p=0', path]);
  execFileSync('ffmpeg', ['-v', 'error', '-xerror', '-i', path, '-f', 'null', '-']);
  return Number(text.toString().trim());
}

test('[P61][P57] verify names every damaged fragment of every channel, and an export leaves out only those', async () => {
  const { dataDir, recording, run } = await kept();
  await flip(dataDir, recording, MIC, 1, 2, 3, 6);
  await flip(dataDir, recording, SCREEN, 1, 4);
  const verified = await run('verify');
  expect(verified.events('error')).toMatchObject([
    {
      code: 'vault-damaged',
      detail: `${SCREEN} take 1 fragment 4`,
      action: expect.stringContaining(
        `Damaged: ${SCREEN} take 1 fragment 4; ${MIC} take 1 fragments 2 to 3; ${MIC} take 1 fragment 6.`,
      ),
      damages: [
        { channelId: SCREEN, what: 'unreadable', take: 1, from: 4, to: 4 },
        { channelId: MIC, what: 'unreadable', take: 1, from: 2, to: 3 },
        { channelId: MIC, what: 'unreadable', take: 1, from: 6, to: 6 },
      ],
    },
  ]);
  const folder = await testFolder();
  const exported = await run('export', '--out', join(folder, 'a.mp4'), '--per-channel', '--as-recorded');
  expect(exported.code).toBe(1);
  const gaps = [
    { channelId: MIC, take: 1, from: 2, to: 3, what: 'unreadable' },
    { channelId: MIC, take: 1, from: 6, to: 6, what: 'unreadable' },
    { channelId: SCREEN, take: 1, from: 4, to: 4, what: 'unreadable' },
  ];
  expect(exported.events('gap')).toMatchObject(gaps);
  // Half a second each: a player goes on behind them.
  expect(exported.events('gap')[0]).toMatchObject({
    fromMs: expect.closeTo(500, -2),
    toMs: expect.closeTo(1500, -2),
  });
  const [whole] = (
    await (await kept()).run('export', '--out', join(folder, 'b.mp4'), '--per-channel', '--as-recorded')
  ).events('exported');
  expect(whole).toBeDefined();
  for (const [channel, stream, lost] of [
    ['mic-default', 'a:0', 75],
    ['display-1', 'v:0', 10],
  ] as const) {
    const [damaged, all] = ['a', 'b'].map((name) =>
      packetsOf(join(folder, `${name}.${channel}.mp4`), stream),
    );
    expect(Math.abs((all ?? 0) - (damaged ?? 0) - lost), channel).toBeLessThanOrEqual(lost / 5);
  }
  const one = await run('export', '--out', join(folder, 'one.mp4'));
  expect(one.events('gap')).toMatchObject(gaps);
  expect(packetsOf(join(folder, 'one.mp4'), 'v:0')).toBeGreaterThan(120);
}, 120_000);

test('[P61][P57] a take whose first fragment is damaged cannot be decoded, which is said, and the others are exported', async () => {
  const { dataDir, recording, run } = await kept();
  await flip(dataDir, recording, MIC, 1, 0);
  const last = recording.fragments(MIC).filter(({ header }) => header.take === 1).length - 1;
  const verified = await run('verify');
  const words = `${MIC} take 1 fragments 1 to ${last}, whole, but not to be decoded without the first of the take`;
  expect(verified.events('error')).toMatchObject([
    { detail: `${MIC} take 1 fragment 0`, action: expect.stringContaining(words) },
  ]);
  const folder = await testFolder();
  const exported = await run('export', '--out', join(folder, 'a.mp4'));
  expect(exported.events('exported')).toMatchObject([{ channels: [SCREEN, MIC] }]);
  expect(exported.events('gap')).toMatchObject([
    { channelId: MIC, take: 1, from: 0, to: 0, what: 'unreadable' },
    { channelId: MIC, take: 1, from: 1, to: last, what: 'undecodable' },
  ]);
  expect(packetsOf(join(folder, 'a.mp4'), 'a:0')).toBeGreaterThan(0);
}, 120_000);

test('[P61] the end of a take that was cut off is named, and costs the next take nothing', async () => {
  const { dataDir, recording, run } = await kept();
  const first = recording.fragments(MIC).filter(({ header }) => header.take === 1);
  await truncate(takeFile(dataDir, MIC, 1), first.at(-2)?.offset ?? 0);
  const counts = `${first.length * 2 - 2} of ${first.length * 2} fragments`;
  expect((await run('verify')).events('error')).toMatchObject([
    {
      detail: `${MIC} take 2 fragment 0`,
      action: expect.stringContaining(`${MIC}: ${counts}`),
      damages: [
        { what: 'unchained', take: 2, from: 0 },
        { what: 'missing', channelId: MIC, lost: 2 },
      ],
    },
  ]);
}, 60_000);
