import { describe, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { Result } from '../../contract/result.ts';
import { errorOf, fail, ok } from '../../contract/result.ts';
import { variantsOf } from './arguments.ts';
import { ANY_FFMPEG, pipelineBench, settled } from './test-bench.ts';
import { DISPLAY, MIC } from './test-capture.ts';

const asListed = async (channel: Channel): Promise<Result<Channel>> => ok(channel);

/** A display of Windows that an ffmpeg of version 8.1 can open in three ways. */
const WINDOWS_DISPLAY = { ...DISPLAY, address: 'output=0,hmonitor=65537' };
const WINDOWS = {
  channel: WINDOWS_DISPLAY,
  platform: 'win32' as const,
  ffmpeg: {
    ...ANY_FFMPEG,
    demuxers: new Set(['gdigrab']),
    filters: new Set(['gfxcapture', 'ddagrab']),
  },
  locate: asListed,
};

/** The names of the ways that these takes went. */
const waysOf = ({ takes }: ReturnType<typeof pipelineBench>) =>
  takes.map(({ options }) => {
    const { channel, format, ffmpeg, env, platform = 'linux', variant = 0 } = options;
    return variantsOf({ channel, format, ffmpeg, env, platform })[variant];
  });

async function started(bench: ReturnType<typeof pipelineBench>) {
  bench.pipeline.start();
  await settled();
  return bench;
}

describe('a device that ffmpeg does not find', () => {
  test.each<ErrorCode>(['device-gone', 'sound-server-missing', 'display-server-missing'])(
    'although it is listed as before is tried a few times and then lost: %s',
    async (code) => {
      const { pipeline, events, takes, timers, die, pass } = await started(
        pipelineBench({ locate: asListed }),
      );
      for (let rounds = 0; rounds < 200 && pipeline.state() !== 'lost'; rounds++) {
        if (takes.length > 0) die(code);
        const opened = takes.length;
        for (let looks = 0; looks < 4 && takes.length === opened && pipeline.state() !== 'lost'; looks++)
          await pass();
      }
      expect(pipeline.state()).toBe('lost');
      expect(takes).toHaveLength(6);
      // The first try comes as soon as the list has been asked.
      expect(timers.map(({ delayMs }) => delayMs)).toEqual([
        250, 250, 250, 250, 750, 250, 1_750, 250, 3_750, 250,
      ]);
      expect(events.filter((event) => event.startsWith('trouble'))).toEqual([
        `trouble ${code}`,
        'trouble channel-lost',
      ]);
    },
  );

  test('by one way is looked for by the next: of a display by desktop duplication, in the end by GDI', async () => {
    const bench = await started(pipelineBench(WINDOWS));
    const { die, deliver, pass, pipeline } = bench;
    die('device-gone');
    await pass();
    die('device-gone');
    await pass();
    await pass();
    deliver(1, 0);
    expect(waysOf(bench)).toEqual(['ddagrab', 'gfxcapture', 'gdigrab']);
    expect(pipeline.state()).toBe('live');
  });

  test('is not counted where the list has it in another place or under another number by now', async () => {
    const numbers = ['1', '2', '3', '4', '5', '6', '7', '8'];
    const { takes, timers, die, pass } = await started(
      pipelineBench({
        channel: { ...MIC, address: '0' },
        locate: async (channel) => ok({ ...channel, address: numbers.shift() ?? '9' }),
      }),
    );
    for (let moves = 0; moves < 7; moves++) {
      die('device-gone');
      await pass();
    }
    expect(takes.map(({ options }) => options.channel.address)).toEqual('12345678'.split(''));
    expect(new Set(timers.map(({ delayMs }) => delayMs))).toEqual(new Set([250]));
  });

  test('because it is gone is waited for without using up a restart, and opened when it is listed again', async () => {
    let isPlugged = true;
    const { pipeline, takes, timers, die, deliver, pass } = await started(
      pipelineBench({ locate: async (channel) => (isPlugged ? ok(channel) : fail('device-gone')) }),
    );
    for (let unplugged = 0; unplugged < 12; unplugged++) {
      deliver(1, unplugged * 1_000);
      isPlugged = false;
      die('device-gone');
      for (let looks = 0; looks < 5; looks++) await pass();
      isPlugged = true;
      await pass();
      expect(takes).toHaveLength(unplugged + 2);
      expect(timers.at(-1)?.delayMs).toBeLessThanOrEqual(750);
    }
    deliver(1, 20_000);
    expect(pipeline.state()).toBe('live');
  });

  test('and that nobody can list is waited for: the list is what tells a device that fails from one that is gone', async () => {
    const { pipeline, takes, die, pass } = await started(pipelineBench());
    for (let deaths = 0; deaths < 20; deaths++) {
      die('sound-server-missing');
      await pass();
    }
    expect(takes).toHaveLength(21);
    expect(pipeline.state()).toBe('reconnecting');
  });

  test('is no trouble for who follows the default, unless the default is what fails', async () => {
    const { events, die, pass } = await started(pipelineBench({ follows: true, locate: asListed }));
    die('device-gone');
    expect(events).toEqual(['starting']);
    await pass();
    expect(events).toEqual(['starting', 'trouble device-gone', 'reconnecting']);
  });
});

test('[P01] a display of which nobody can say that it is the agreed one is tried a few times, and never opened', async () => {
  const { pipeline, events, takes, die, pass } = await started(
    pipelineBench({ channel: DISPLAY, locate: async () => fail('device-failed', 'nobody says which it is') }),
  );
  die('device-gone');
  for (let looks = 0; looks < 20 && pipeline.state() !== 'lost'; looks++) await pass();
  expect([pipeline.state(), takes.length]).toEqual(['lost', 1]);
  expect(events.filter((event) => event.startsWith('trouble'))).toEqual([
    'trouble device-gone',
    ...Array(6).fill('trouble device-failed'),
    'trouble channel-lost',
  ]);
});

describe('a display that is locked', () => {
  test('is waited for by the same way, told once, for as long as it takes', async () => {
    const { events, takes, deliver, die, pass, time } = await started(pipelineBench(WINDOWS));
    deliver(1, 0);
    time.nowMs = 1_000;
    // What runs fails for another reason, and what follows is denied.
    die();
    for (let tries = 0; tries < 200; tries++) {
      await pass();
      die('display-locked');
    }
    await pass();
    deliver(1, 400_000);
    expect(new Set(takes.map(({ options }) => options.variant))).toEqual(new Set([0]));
    expect(events.slice(3)).toEqual([
      'trouble device-failed',
      'reconnecting',
      'trouble display-locked',
      'gap 1000-400000 display-locked',
      'live',
      'fragment 202/1',
    ]);
  });
});

describe('a device that is opened by a number', () => {
  test('is looked up right before the first take', async () => {
    const { takes } = await started(
      pipelineBench({
        channel: { ...MIC, address: '0' },
        locate: async (channel) => ok({ ...channel, address: '2' }),
      }),
    );
    expect(takes.map(({ options }) => options.channel.address)).toEqual(['2']);
  });

  test('and is gone before the first take is waited for', async () => {
    const answers: Result<Channel>[] = [fail('device-gone', MIC.id), ok({ ...MIC, address: '1' })];
    const { events, takes, pass } = await started(
      pipelineBench({
        channel: { ...MIC, address: '0' },
        locate: async () => answers.shift() ?? fail('device-gone'),
      }),
    );
    expect([takes.length, events]).toEqual([0, ['starting', 'trouble device-gone', 'reconnecting']]);
    await pass();
    expect(takes).toHaveLength(1);
  });

  test('and is stopped while it is looked up is never opened', async () => {
    let answer: (result: Result<Channel>) => void = () => undefined;
    const { pipeline, takes } = pipelineBench({
      channel: { ...MIC, address: '0' },
      locate: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    pipeline.start();
    await pipeline.stop();
    answer(ok(MIC));
    await settled();
    expect(takes).toHaveLength(0);
  });

  test('of a name, as on Linux, is opened at once', () => {
    const { pipeline, takes } = pipelineBench({
      locate: () => Promise.reject(new Error('it was looked up')),
    });
    pipeline.start();
    expect(takes).toHaveLength(1);
  });
});

describe('a display that brings nothing', () => {
  test('goes through the ways to open it in turn, and stays with the last', async () => {
    const bench = await started(pipelineBench(WINDOWS));
    for (let deaths = 0; deaths < 4; deaths++) {
      bench.die();
      await bench.pass();
    }
    expect(waysOf(bench)).toEqual(['ddagrab', 'gfxcapture', 'gdigrab', 'gdigrab', 'gdigrab']);
  });

  test('or is black goes through them as well, without a restart', async () => {
    const bench = await started(pipelineBench(WINDOWS));
    const { timers, events, last, deliver } = bench;
    for (let blacks = 0; blacks < 3; blacks++) {
      deliver(1, blacks * 1_000, 500);
      last().options.on.health(errorOf('channel-black'));
      // The last way has no other after it, and goes on.
      if (blacks < 2) last().release();
      await settled();
      await settled();
    }
    expect(waysOf(bench)).toEqual(['ddagrab', 'gfxcapture', 'gdigrab']);
    expect(timers).toEqual([]);
    expect(events.filter((event) => event.startsWith('health'))).toEqual(
      Array(3).fill('health channel-black'),
    );
    expect(events.filter((event) => event.startsWith('gap'))).toEqual([
      'gap 700-1000 channel-black',
      'gap 1700-2000 channel-black',
    ]);
  });

  test('with an encoder in hardware is encoded in software next, by the same way', async () => {
    const ffmpeg = { ...WINDOWS.ffmpeg, videoEncoder: 'h264_nvenc' as const };
    const { takes, die, deliver, pass } = await started(pipelineBench({ ...WINDOWS, ffmpeg }));
    die();
    await pass();
    deliver(1, 0);
    die();
    await pass();
    expect(takes.map(({ options }) => [options.variant, options.ffmpeg.videoEncoder])).toEqual([
      [0, 'h264_nvenc'],
      [0, 'libx264'],
      [0, 'libx264'],
    ]);
  });

  test('keeps its encoder where it brought something before, or where it is its device that is not found', async () => {
    const ffmpeg = { ...WINDOWS.ffmpeg, videoEncoder: 'h264_nvenc' as const };
    const { takes, die, deliver, pass } = await started(pipelineBench({ ...WINDOWS, ffmpeg }));
    deliver(1, 0);
    die();
    await pass();
    die('device-gone');
    await pass();
    await pass();
    expect(takes.map(({ options }) => [options.variant, options.ffmpeg.videoEncoder])).toEqual([
      [0, 'h264_nvenc'],
      [0, 'h264_nvenc'],
      [1, 'h264_nvenc'],
    ]);
  });
});
