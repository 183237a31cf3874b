import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import type { Result } from '../../contract/result.ts';
import { errorOf, fail, ok } from '../../contract/result.ts';
import type { PipelineOptions } from './channel-pipeline.ts';
import { createChannelPipeline } from './channel-pipeline.ts';
import type { TakeOptions } from './take.ts';
import { ANY_FFMPEG, pipelineBench, settled } from './test-bench.ts';
import { MIC, TEST_FORMAT, TEST_SESSION } from './test-capture.ts';

const bench = (locate?: PipelineOptions['locate']) => pipelineBench(locate === undefined ? {} : { locate });

describe('a channel pipeline', () => {
  test('[P04] is not live for an init segment, only for media', () => {
    const { pipeline, events, deliver } = bench();
    pipeline.start();
    deliver(0, 0, 0);
    expect(events).toEqual(['starting', 'fragment 1/0']);
    deliver(1, 0);
    expect(events.slice(2)).toEqual(['live', 'fragment 1/1']);
  });

  test('hands over what comes while it is pausing, and is paused only when the device is released', async () => {
    const { pipeline, events, deliver, last } = bench();
    pipeline.start();
    deliver(1, 0);
    const pausing = pipeline.pause();
    deliver(2, 1_000, 300);
    await settled();
    expect(events).toEqual(['starting', 'live', 'fragment 1/1', 'fragment 1/2']);
    last().release();
    await pausing;
    expect(events.slice(4)).toEqual(['fragment 1/3', 'paused']);
  });

  test('that is resumed while it is still pausing waits for the device', async () => {
    const { pipeline, takes, last } = bench();
    pipeline.start();
    const pausing = pipeline.pause();
    pipeline.resume();
    await settled();
    expect(takes).toHaveLength(1);
    last().release();
    await pausing;
    await settled();
    expect(takes).toHaveLength(2);
    expect(last().options).toMatchObject({ takeNumber: 2 });
    expect(pipeline.state()).toBe('starting');
  });

  test('comes back as the next take and says what is missing when it is back', async () => {
    const { pipeline, events, time, timers, deliver, die, ring } = bench();
    pipeline.start();
    deliver(1, 100);
    time.nowMs = 1_400;
    die();
    expect(timers.at(-1)?.delayMs).toBe(250);
    ring();
    await settled();
    deliver(1, 1_900);
    expect(events.slice(3)).toEqual([
      'trouble device-failed',
      'reconnecting',
      'gap 1100-1900 device-failed',
      'live',
      'fragment 2/1',
    ]);
  });

  test('is lost at the sixth death within a minute and stays lost', async () => {
    const { pipeline, events, timers, time, die, ring } = bench();
    pipeline.start();
    for (let deaths = 1; deaths <= 6; deaths++) {
      time.nowMs += 1_000;
      die();
      if (deaths < 6) ring();
      await settled();
    }
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([250, 500, 1_000, 2_000, 4_000]);
    expect(events.slice(-3)).toEqual(['gap 0-6000 device-failed', 'lost', 'trouble channel-lost']);
    pipeline.resume();
    await pipeline.stop();
    expect(pipeline.state()).toBe('lost');
  });

  test('that is stopped while reconnecting never opens the device again, and names the gap', async () => {
    const { pipeline, events, timers, takes, time, deliver, die } = bench();
    pipeline.start();
    deliver(1, 0);
    die();
    time.nowMs = 1_500;
    await pipeline.stop();
    expect(timers.map(({ isCalledOff }) => isCalledOff)).toEqual([true]);
    expect(takes).toHaveLength(1);
    expect(events.slice(-2)).toEqual(['gap 1000-1500 device-failed', 'ended']);
  });

  test('that is paused while it looks for its device does not open it', async () => {
    let answer: (result: Result<Channel>) => void = () => undefined;
    const { pipeline, takes, die, ring } = bench(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    pipeline.start();
    die();
    ring();
    await pipeline.pause();
    answer(ok(MIC));
    await settled();
    expect(takes).toHaveLength(1);
  });

  test('waits for a device that is gone, told once, and opens the next take where its channel lies by then', async () => {
    const MOVED = { x: 10, y: 0, width: 320, height: 240 };
    const answers: Result<Channel>[] = [fail('device-gone', MIC.id), ok({ ...MIC, area: MOVED })];
    const { pipeline, events, last, die, pass } = bench(async () => answers.shift() ?? fail('device-gone'));
    pipeline.start();
    die('device-gone');
    await pass();
    await pass();
    expect(events).toEqual(['starting', 'trouble device-gone', 'reconnecting']);
    expect(last().options).toMatchObject({ takeNumber: 2, channel: { area: MOVED } });
  });

  test('says what is missing where the end of a take was dropped', async () => {
    const { pipeline, events, time, deliver, last } = bench();
    pipeline.start();
    deliver(1, 0);
    time.nowMs = 1_700;
    const stopping = pipeline.stop();
    last().release('cut');
    await stopping;
    expect(events.slice(-2)).toEqual(['gap 1000-1700 device-failed', 'ended']);
  });

  test.each(['whole', 'cut'] as const)(
    'that is told to begin another take says what is missing between the two, and why: its end is %s',
    async (how) => {
      const { pipeline, events, deliver, last } = bench();
      pipeline.start();
      deliver(1, 0);
      pipeline.renew('clock-stepped');
      last().release(how);
      await settled();
      deliver(1, 1_900);
      const toMs = how === 'whole' ? 1_200 : 1_000;
      expect(events.slice(3).filter((event) => event !== 'fragment 1/2')).toEqual([
        'starting',
        `gap ${toMs}-1900 clock-stepped`,
        'live',
        'fragment 2/1',
      ]);
    },
  );

  test('that follows a default which moved says what is missing between the two devices', async () => {
    const { events, pipeline, deliver, last, pass } = pipelineBench({
      follows: true,
      locate: async (channel) => ok({ ...channel, device: 'headset' }),
    });
    pipeline.start();
    deliver(1, 0);
    await pass();
    last().release();
    await settled();
    deliver(1, 1_900);
    expect(events.slice(3)).toEqual([
      'fragment 1/2',
      'starting',
      'gap 1200-1900 default-changed',
      'live',
      'fragment 2/1',
    ]);
  });

  test('that is stopped while it is to begin another take names no gap: nothing was to come', async () => {
    const { pipeline, events, time, deliver, last } = bench();
    pipeline.start();
    deliver(1, 0);
    time.nowMs = 1_300;
    pipeline.renew('clock-stepped');
    const stopping = pipeline.stop();
    last().release();
    await stopping;
    expect(events.slice(3)).toEqual(['fragment 1/2', 'ended']);
  });

  test('that is paused and resumed twice while it looks for its device opens one take', async () => {
    const answers: (() => void)[] = [];
    const { pipeline, takes, last } = bench(
      () => new Promise((resolve) => answers.push(() => resolve(ok(MIC)))),
    );
    pipeline.start();
    const pausing = pipeline.pause();
    pipeline.resume();
    void pipeline.pause();
    pipeline.resume();
    last().release();
    await pausing;
    await settled();
    for (const answer of answers) answer();
    await settled();
    expect(takes).toHaveLength(2);
  });

  test('[P01] never holds its device twice, and not at all after it was stopped', async () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('pause', 'resume') },
      { weight: 4, arbitrary: fc.constantFrom('die', 'ring', 'wait') },
      { weight: 1, arbitrary: fc.constantFrom('start', 'stop') },
    );
    const delays = fc.array(fc.nat(4), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), delays, async (steps, waits) => {
        let asked = 0;
        const slowly = async () => {
          const turns = waits[asked++ % waits.length] ?? 0;
          for (let turn = 0; turn < turns; turn++) await settled();
        };
        const held = new Set<TakeOptions>();
        const rings = new Set<() => void>();
        let most = 0;
        const pipeline = createChannelPipeline({
          channel: MIC,
          sessionId: TEST_SESSION,
          clock: { anchorWallMs: 0, nowMs: () => 0, fromWallMs: (wallMs) => wallMs },
          ffmpeg: ANY_FFMPEG,
          format: TEST_FORMAT,
          env: {},
          on: {
            state: () => undefined,
            fragment: () => undefined,
            level: () => undefined,
            gap: () => undefined,
            trouble: () => undefined,
            health: () => undefined,
            content: () => undefined,
          },
          later: (_delayMs, run) => {
            rings.add(run);
            return () => rings.delete(run);
          },
          locate: async (channel) => {
            await slowly();
            return ok(channel);
          },
          open: (options) => {
            held.add(options);
            most = Math.max(most, held.size);
            const end = (reason: 'stopped') => {
              if (held.delete(options)) options.on.ended({ reason });
            };
            return {
              pid: () => 1,
              stop: () => slowly().then(() => end('stopped')),
            };
          },
        });
        const ends: Promise<void>[] = [];
        for (const one of ['start', ...steps, 'stop'] as const) {
          if (one === 'start' || one === 'resume') pipeline[one]();
          else if (one === 'pause' || one === 'stop') ends.push(pipeline[one]());
          else if (one === 'wait') await settled();
          else if (one === 'ring') {
            for (const ring of rings) {
              rings.delete(ring);
              ring();
            }
          } else {
            const [options] = held;
            if (options !== undefined && held.delete(options))
              options.on.ended({ reason: 'died', error: errorOf('device-failed') });
          }
        }
        await Promise.all(ends);
        for (let turn = 0; turn < 12; turn++) await settled();
        expect(held.size).toBe(0);
        expect(most).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  test('stops before it was started, and cannot be started afterwards', async () => {
    const { pipeline, takes } = bench();
    await pipeline.stop();
    pipeline.start();
    expect(pipeline.state()).toBe('ended');
    expect(takes).toHaveLength(0);
  });

  test('passes levels on only while it is wanted', () => {
    const { pipeline, events, last } = bench();
    pipeline.start();
    last().options.on.level(-20);
    void pipeline.stop();
    last().options.on.level(-30);
    expect(events).toEqual(['starting', 'level -20']);
  });
});
