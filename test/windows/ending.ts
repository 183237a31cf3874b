import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { TAKE_PATIENCE, type TakeEnd } from '../../main/pipeline/take.ts';
import type { Told } from './inside/told.ts';
import { ffmpegExe, type Lab } from './lab.ts';
import { labDisplay, labMicrophone } from './listing.ts';
import { allOf, lastOf, type Trial, toldBy, until } from './trial.ts';

/** Wine needs its time to start programs; a bound on hanging, not a measure. */
const patienceMs = 30_000;

type Stopped = { readonly tookMs: number; readonly hasProcess: boolean };

export const ending: readonly Trial[] = [
  {
    name: 'a take that is told to stop ends by `q`, with its last fragment',
    run: async (lab) => {
      const channels = [await labMicrophone(lab), await labDisplay(lab)];
      const took: string[] = [];
      for (const channel of channels) {
        const told = await toldBy(lab.start('recording', { ffmpeg: ffmpegExe('7.1'), channel, seconds: 2 }));
        assert.deepEqual(lastOf<{ end: TakeEnd }>(told, 'ended').end, { reason: 'stopped' });
        // A process that is terminated keeps its last fragment to itself.
        const late = allOf<{ stopping: boolean }>(told, 'fragment').filter(({ stopping }) => stopping);
        assert.ok(late.length > 0, `${channel.id}: no fragment came after it was told to stop`);
        const { tookMs, hasProcess } = lastOf<Stopped>(told, 'stopped');
        assert.ok(tookMs < TAKE_PATIENCE.stopMs && !hasProcess, `${channel.id}: ${tookMs} ms`);
        took.push(`${channel.kind} ${Math.round(tookMs)} ms`);
      }
      assert.deepEqual(await processesNamed('ffmpeg.exe'), []);
      return took.join(', ');
    },
  },
  {
    name: 'an ffmpeg that does not end in time is terminated',
    run: async (lab) => {
      const channel = await labMicrophone(lab);
      const told = await toldBy(
        lab.start('recording', { ffmpeg: ffmpegExe('7.1'), channel, seconds: 2, stopMs: 0 }),
      );
      assert.equal(lastOf<{ end: TakeEnd }>(told, 'ended').end.reason, 'stopped');
      // Wine does not end a process that is suspended, so one that would have ended stands for one that hangs.
      const late = allOf<{ stopping: boolean }>(told, 'fragment').filter(({ stopping }) => stopping);
      assert.deepEqual(late, []);
      const { tookMs, hasProcess } = lastOf<Stopped>(told, 'stopped');
      assert.ok(!hasProcess);
      await noneLeft('ffmpeg.exe');
      return `after ${Math.round(tookMs)} ms`;
    },
  },
  {
    name: 'no ffmpeg is left when the process that records is killed',
    run: async (lab) => {
      for (const channel of [await labMicrophone(lab), await labDisplay(lab)])
        await killWhileRecording(lab, channel);
      return undefined;
    },
  },
  {
    // An ffmpeg that is left alone may end by its broken pipe; what only waits has none.
    name: 'a program that only waits ends with the process that is killed, and one off our leash does not',
    run: async (lab) => {
      const names = { on: 'on-the-leash', off: 'off-the-leash' };
      const inside = lab.start('leash', { names });
      const { ownPid, leash } = await until('both to wait', patienceMs, async () => {
        const told = await inside.told();
        return allOf(told, 'waiting').length < 2 ? undefined : lastOf<Started>(told, 'started');
      });
      assert.equal((await processesWith(names.on)).length, 1);
      const off = await processesWith(names.off);
      assert.equal(off.length, 1);
      await toldBy(lab.start('kill', { pid: ownPid }));
      await inside.ended;
      await until('the program on the leash to end', patienceMs, async () =>
        (await processesWith(names.on)).length === 0 ? true : undefined,
      );
      assert.deepEqual(await processesWith(names.off), off);
      for (const id of off) process.kill(Number(id), 'SIGKILL');
      return `leash: ${leash}`;
    },
  },
];

type Started = { readonly ownPid: number; readonly leash: string };

async function killWhileRecording(lab: Lab, channel: unknown): Promise<void> {
  const inside = lab.start('recording', { ffmpeg: ffmpegExe('7.1'), channel, seconds: null });
  const { ownPid } = await until('the recording', patienceMs, async () => live(await inside.told()));
  assert.notDeepEqual(await processesNamed('ffmpeg.exe'), []);
  await toldBy(lab.start('kill', { pid: ownPid }));
  await inside.ended;
  // Wine's launcher does not pass the exit code on; one that ended by itself would have told of its take.
  assert.deepEqual(allOf(await inside.told(), 'ended'), []);
  await noneLeft('ffmpeg.exe');
}

function live(told: readonly Told[]): { readonly ownPid: number } | undefined {
  return allOf<{ ownPid: number }>(told, 'live')[0];
}

async function noneLeft(program: string): Promise<void> {
  await until(`the last ${program} to end`, patienceMs, async () =>
    (await processesNamed(program)).length === 0 ? true : undefined,
  );
}

/** Process ids of the Windows programs of this name; nothing outside the lab is seen from here. */
async function processesNamed(program: string): Promise<string[]> {
  return processes(([first = '']) => first.endsWith(program));
}

/** Process ids of those that were given this word as an argument. */
async function processesWith(word: string): Promise<string[]> {
  return processes((args) => args.includes(word));
}

async function processes(fits: (args: readonly string[]) => boolean): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    // A process that is gone by now has no command line any more, and a zombie has an empty one.
    ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')),
  );
  return ids.filter((_, index) => fits((lines[index] ?? '').split('\0')));
}
