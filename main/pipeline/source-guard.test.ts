import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { SourceGuard } from './source-guard.ts';
import { guardSource, parseRecordings } from './source-guard.ts';
import { until } from './test-devices.ts';

/** Printed by pactl 16.1, shortened. */
const LIST = `Source Output #0
	Driver: protocol-native.c
	Client: 3
	Source: 1
	Sample Specification: s16le 2ch 48000Hz
	Buffer Latency: 312 usec
	Properties:
		media.name = "record"
		application.name = "Lavf59.27.100"
		application.process.id = "19484"
		application.process.binary = "ffmpeg"

Source Output #7
	Driver: module-remap-source.c
	Client: n/a
	Source: 4
	Properties:
		media.name = "Remapped Stream"
`;

test('recordings are read with the process they belong to; the server’s own have none', () => {
  expect(parseRecordings(LIST)).toEqual([{ index: 0, sourceIndex: 1, pid: 19484 }]);
  expect(parseRecordings('')).toEqual([]);
});

const PID = 19484;
const PATIENCE = { firstMs: 3_000, doubtMs: 1_200, pauseMs: 20 };
const SOURCES = ['mic', 'headset']
  .map((name, index) => `${index + 1}\t${name}\tmodule-remap-source.c\ts16le 2ch 48000Hz\tRUNNING\n`)
  .join('');

/** A sound server of text files, asked through a program named pactl. */
const SCRIPT = (folder: string) => `#!/bin/sh
PATH=/usr/bin:/bin
cd ${folder}
case "$*" in
"subscribe") echo $$ >> watches; exec tail -n 1 -f events ;;
"list source-outputs") echo asked >> questions; cat outputs ;;
"list short sources") cat sources ;;
esac
`;

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function server() {
  const folder = await mkdtemp(join(tmpdir(), 'tallylight-pactl-'));
  const put = (name: string, text: string) => writeFile(join(folder, name), text, { mode: 0o755 });
  const lines = async (name: string) => (await readFile(join(folder, name), 'utf8')).trim().split('\n');
  await Promise.all([put('pactl', SCRIPT(folder)), put('sources', SOURCES), put('outputs', LIST)]);
  await Promise.all([put('events', "Event 'new' on client #1\n"), put('questions', '')]);
  const said: string[] = [];
  const cleared: number[] = [];
  let guard: SourceGuard | undefined;
  cleanups.push(async () => {
    guard?.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    said,
    cleared,
    put,
    lines,
    start: (patience = PATIENCE): SourceGuard => {
      guard = guardSource(
        { pid: PID, source: 'mic', platform: 'linux', env: { PATH: folder } },
        {
          cleared: (untilMs) => cleared.push(untilMs),
          moved: () => said.push('moved'),
          unsure: () => said.push('unsure'),
        },
        patience,
      );
      return guard;
    },
    tell: (what: string) => appendFile(join(folder, 'events'), `Event ${what}\n`),
    move: () => put('outputs', LIST.replace('Source: 1\n', 'Source: 2\n')),
    remove: (name: string) => rm(join(folder, name)),
    endWatch: async () => process.kill(Number((await lines('watches')).at(-1)), 'SIGKILL'),
  };
}

async function cleared(one: Awaited<ReturnType<typeof server>>): Promise<SourceGuard> {
  const guard = one.start();
  expect(guard.isInDoubt()).toBe(true);
  await until(() => !guard.isInDoubt());
  return guard;
}

describe('[P01] the guard of a recording', () => {
  test('doubts until it has found the recording on its device', async () => {
    const one = await server();
    await cleared(one);
    expect(one.cleared.length).toBeGreaterThan(0);
    expect(one.said).toEqual([]);
  });

  test('notices that it was moved, and clears nothing after that', async () => {
    const one = await server();
    const guard = await cleared(one);
    const before = one.cleared.length;
    await one.move();
    await one.tell("'change' on source-output #0");
    await until(() => one.said.length > 0);
    expect(one.said).toEqual(['moved']);
    expect(guard.isInDoubt()).toBe(true);
    expect(one.cleared).toHaveLength(before);
  });

  test.each([
    ['the list fails', (one: Awaited<ReturnType<typeof server>>) => one.remove('outputs')],
    ['the recording is not in the list', (one) => one.put('outputs', '')],
    [
      'the recording is of no source',
      (one) => one.put('outputs', LIST.replace('Source: 1', 'Source: 4294967295')),
    ],
    ['the sources are not told', (one) => one.remove('sources')],
  ] satisfies [string, (one: Awaited<ReturnType<typeof server>>) => Promise<void>][])(
    'gives up where %s',
    async (_what, spoil) => {
      const one = await server();
      const guard = await cleared(one);
      const before = one.cleared.length;
      await spoil(one);
      await one.tell("'change' on source-output #0");
      await until(() => guard.isInDoubt());
      await until(() => one.said.length > 0);
      expect(one.said).toEqual(['unsure']);
      expect(guard.isInDoubt()).toBe(true);
      expect(one.cleared).toHaveLength(before);
    },
  );

  test('asks again, and clears what was in doubt once there is an answer', async () => {
    const one = await server();
    const guard = await cleared(one);
    await one.put('outputs', '');
    await one.tell("'change' on source-output #0");
    await until(() => guard.isInDoubt());
    await one.put('outputs', LIST);
    await until(() => !guard.isInDoubt());
    expect(one.said).toEqual([]);
  });

  test.each(['pactl', 'events', 'outputs'])('gives up where there is no %s from the start', async (name) => {
    const one = await server();
    await one.remove(name);
    const guard = one.start({ ...PATIENCE, firstMs: 500 });
    await until(() => one.said.length > 0);
    expect(one.said).toEqual(['unsure']);
    expect(guard.isInDoubt()).toBe(true);
    expect(one.cleared).toEqual([]);
  });

  test('watches again where the watch ends, and misses no move meanwhile', async () => {
    const one = await server();
    const guard = await cleared(one);
    await one.endWatch();
    await until(() => guard.isInDoubt());
    await until(() => !guard.isInDoubt());
    expect(await one.lines('watches')).toHaveLength(2);
    await one.move();
    await one.endWatch();
    await until(() => one.said.length > 0);
    expect(one.said).toEqual(['moved']);
  });

  test('does not care for the recordings of others', async () => {
    const one = await server();
    const guard = await cleared(one);
    const before = (await one.lines('questions')).length;
    for (let times = 0; times < 50; times++) await one.tell("'change' on source-output #7");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(guard.isInDoubt()).toBe(false);
    expect(await one.lines('questions')).toHaveLength(before);
  });

  test('is not starved by changes without end, asks one question at a time, and still sees a move', async () => {
    const one = await server();
    const guard = await cleared(one);
    const [asked, answered] = [(await one.lines('questions')).length, one.cleared.length];
    const startedMs = performance.now();
    let told = 0;
    while (performance.now() - startedMs < 2 * PATIENCE.doubtMs) {
      await one.tell("'change' on source-output #0");
      told++;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(one.said).toEqual([]);
    expect(one.cleared.length).toBeGreaterThan(answered);
    expect(one.cleared).toEqual([...one.cleared].sort((a, b) => a - b));
    expect((await one.lines('questions')).length - asked).toBeLessThan(told / 2);
    await until(() => !guard.isInDoubt());
    await one.move();
    await one.tell("'change' on source-output #0");
    await until(() => one.said.length > 0);
    expect(one.said).toEqual(['moved']);
  });
});
