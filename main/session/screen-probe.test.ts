import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import type { Ffmpeg } from '../pipeline/ffmpeg-finder.ts';
import type { Take } from '../pipeline/take.ts';
import { DISPLAY, testFfmpeg } from '../pipeline/test-capture.ts';
import { isAlive, startTestDisplay, TEST_ENV, type TestDevice } from '../pipeline/test-devices.ts';
import { testFragment } from '../vault/test-vault.ts';
import { type ProbeEvents, probeScreens, probeTakes } from './screen-probe.ts';

const run = promisify(execFile);
const SECOND: Channel = { ...DISPLAY, id: 'display:2' };

/** Takes that do what the test says, and whether they were let go of. */
function scripted(script: (display: Channel, on: ProbeEvents) => void) {
  const released: string[] = [];
  return {
    released,
    open: (display: Channel, on: ProbeEvents) => {
      queueMicrotask(() => script(display, on));
      return { stop: async () => void released.push(display.id) };
    },
  };
}

describe('a look at the screens', () => {
  test('ends at the first picture that shows something, and lets go of every display', async () => {
    const takes = scripted((display, on) => display.id === SECOND.id && on.content());
    expect(await probeScreens([DISPLAY, SECOND], { open: takes.open, patienceMs: 60_000 })).toBe('content');
    expect(takes.released).toEqual(['display:1', 'display:2']);
  });

  test.each([
    [0, 'nothing'],
    [1, 'empty'],
  ] as const)(
    'that brings no more than segment %i shows %s once its time is over',
    async (sequence, seen) => {
      const takes = scripted((_display, on) => on.fragment(testFragment({ sequence })));
      expect(await probeScreens([DISPLAY], { open: takes.open, patienceMs: 5 })).toBe(seen);
      expect(takes.released).toEqual(['display:1']);
    },
  );

  test('that all die is over at once, and counts what they still held', async () => {
    const takes = scripted((_display, on) => on.ended({ reason: 'died' }));
    const late = {
      patienceMs: 60_000,
      open: (display: Channel, on: ProbeEvents) => {
        const { stop } = takes.open(display, on);
        return {
          stop: () => {
            on.fragment(testFragment({ sequence: 1 }));
            return stop();
          },
        };
      },
    };
    expect(await probeScreens([DISPLAY, SECOND], late)).toBe('empty');
    expect(await probeScreens([DISPLAY], { ...late, open: takes.open })).toBe('nothing');
  });
});

describe('a look at a real display', () => {
  let ffmpeg: Ffmpeg;
  let display: TestDevice;
  let env: Record<string, string>;
  beforeAll(async () => {
    [ffmpeg, display] = await Promise.all([
      testFfmpeg(),
      startTestDisplay(320, 240, ['-noreset', '-br', '-nocursor']),
    ]);
    env = { ...TEST_ENV, ...display.env };
  });
  afterAll(() => display.close());

  async function look() {
    const opened: Take[] = [];
    const pids: number[] = [];
    const open = probeTakes({ ffmpeg, env, platform: 'linux' });
    const seen = await probeScreens([DISPLAY], {
      open: (channel, on) => {
        const take = open(channel, {
          ...on,
          fragment: (fragment) => {
            pids.push(opened[0]?.pid() ?? 0);
            on.fragment(fragment);
          },
        }) as Take;
        opened.push(take);
        return take;
      },
    });
    return {
      seen,
      isReleased: opened[0]?.pid() === undefined && pids.every((pid) => pid === 0 || !isAlive(pid)),
    };
  }

  test('that is black, that shows something, and that is not there', async () => {
    expect(await look()).toEqual({ seen: 'empty', isReleased: true });
    await run('xsetroot', ['-solid', 'white'], { env });
    expect(await look()).toEqual({ seen: 'content', isReleased: true });
    env = { ...env, DISPLAY: ':4242' };
    expect(await look()).toEqual({ seen: 'nothing', isReleased: true });
  });
});
