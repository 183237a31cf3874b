import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import { INIT_SEQUENCE } from '../../contract/fragment.ts';
import type { Ffmpeg } from '../pipeline/ffmpeg-finder.ts';
import type { Take } from '../pipeline/take.ts';
import { DISPLAY, testFfmpeg } from '../pipeline/test-capture.ts';
import { isAlive, startTestDisplay, TEST_ENV, type TestDevice } from '../pipeline/test-devices.ts';
import { testFragment } from '../vault/test-vault.ts';
import { type ProbeEvents, probeScreens, probeTakes } from './screen-probe.ts';

const run = promisify(execFile);
const SECOND: Channel = { ...DISPLAY, id: 'display:2' };

/** A look that nobody breaks off unless the test does, and when displays were open. */
function looking() {
  const taken = new AbortController();
  const open: boolean[] = [];
  return { signal: taken.signal, opened: (isOpen: boolean) => void open.push(isOpen), open, taken };
}

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
    const seen = await probeScreens([DISPLAY, SECOND], looking(), { open: takes.open, patienceMs: 60_000 });
    expect(seen).toBe('content');
    expect(takes.released).toEqual(['display:1', 'display:2']);
  });

  test.each([
    [0, 'nothing'],
    [1, 'empty'],
  ] as const)(
    'that brings no more than segment %i shows %s once its time is over',
    async (sequence, seen) => {
      const takes = scripted((_display, on) => on.fragment(testFragment({ sequence })));
      expect(await probeScreens([DISPLAY], looking(), { open: takes.open, patienceMs: 5 })).toBe(seen);
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
    expect(await probeScreens([DISPLAY, SECOND], looking(), late)).toBe('empty');
    expect(await probeScreens([DISPLAY], looking(), { ...late, open: takes.open })).toBe('nothing');
  });
});

describe('a look that is broken off', () => {
  test('[P01][P06] lets go of every display at once, and has seen nothing', async () => {
    const look = looking();
    const takes = scripted((_display, on) => on.fragment(testFragment({ sequence: 1 })));
    const seen = probeScreens([DISPLAY, SECOND], look, { open: takes.open, patienceMs: 60_000 });
    setImmediate(() => look.taken.abort());
    expect(await seen).toBeUndefined();
    expect(takes.released).toEqual(['display:1', 'display:2']);
  });

  test('[P01] before it began opens nothing', async () => {
    const look = looking();
    look.taken.abort();
    const open = () => {
      throw new Error('a display was opened');
    };
    expect(await probeScreens([DISPLAY], look, { open, patienceMs: 60_000 })).toBeUndefined();
    expect(look.open).toEqual([]);
  });
});

describe('the displays of a look', () => {
  test('[P04] are told to be open before the first opens, and not to be before the last is released', async () => {
    const look = looking();
    const told: string[] = [];
    await probeScreens([DISPLAY, SECOND], look, {
      patienceMs: 60_000,
      open: (display, on) => {
        told.push(`${display.id} opens, told ${look.open}`);
        queueMicrotask(on.content);
        return {
          stop: async () => {
            await new Promise(setImmediate);
            told.push(`${display.id} is released, told ${look.open}`);
          },
        };
      },
    });
    expect(told).toEqual([
      'display:1 opens, told true',
      'display:2 opens, told true',
      'display:1 is released, told true',
      'display:2 is released, told true',
    ]);
    expect(look.open).toEqual([true, false]);
  });

  test('[P04] are let go of where another one does not open', async () => {
    const look = looking();
    const takes = scripted(() => undefined);
    const open = (display: Channel, on: ProbeEvents) => {
      if (display.id === SECOND.id) throw new Error('no such display');
      return takes.open(display, on);
    };
    await expect(probeScreens([DISPLAY, SECOND], look, { open })).rejects.toThrow('no such display');
    expect(takes.released).toEqual(['display:1']);
    expect(look.open).toEqual([true, false]);
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

  async function look(on = looking(), onInit: () => void = () => undefined) {
    const opened: Take[] = [];
    const pids: number[] = [];
    const open = probeTakes({ ffmpeg, env, platform: 'linux' });
    const seen = await probeScreens([DISPLAY], on, {
      open: (channel, told) => {
        const take = open(channel, {
          ...told,
          fragment: (fragment) => {
            pids.push(opened[0]?.pid() ?? 0);
            told.fragment(fragment);
            if (fragment.header.sequence === INIT_SEQUENCE) onInit();
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

  test('[P01] that is broken off in mid-picture releases the display', async () => {
    const on = looking();
    expect(await look(on, () => on.taken.abort())).toEqual({ seen: undefined, isReleased: true });
  });

  test('that is black, that shows something, and that is not there', async () => {
    expect(await look()).toEqual({ seen: 'empty', isReleased: true });
    await run('xsetroot', ['-solid', 'white'], { env });
    expect(await look()).toEqual({ seen: 'content', isReleased: true });
    env = { ...env, DISPLAY: ':4242' };
    expect(await look()).toEqual({ seen: 'nothing', isReleased: true });
  });
});
