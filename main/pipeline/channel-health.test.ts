import { describe, expect, test } from 'vitest';
import { showsContent, watchHealth } from './channel-health.ts';
import type { StderrFact } from './stderr.ts';
import { DISPLAY, MIC, SYSTEM_AUDIO } from './test-capture.ts';

const AREA = { x: 100, y: 0, width: 640, height: 480 };
const level = (isZero: boolean): StderrFact => ({ kind: 'level', db: isZero ? -120 : -40, isZero });
const luma = (mean: number): StderrFact => ({ kind: 'luma', mean });
const motion = (isSame: boolean): StderrFact => ({ kind: 'motion', isSame });

function watched(channel = MIC, pointer?: () => Promise<{ x: number; y: number } | null>) {
  const told: (string | null)[] = [];
  const health = watchHealth(channel, (error) => told.push(error?.code ?? null), pointer);
  return { told, health };
}

describe('the health of a channel', () => {
  test('[P04] a microphone of nothing but zeros is silent within 5 s, and told once until it is heard again', () => {
    const { told, health } = watched();
    for (let tenth = 1; tenth <= 50; tenth++) health.hear(level(true), tenth * 100);
    expect(told).toEqual(['channel-silent']);
    health.hear(level(false), 5_100);
    for (let tenth = 52; tenth <= 80; tenth++) health.hear(level(true), tenth * 100);
    expect(told).toEqual(['channel-silent', null]);
  });

  test('a quiet room is not silent, and neither is what plays nothing', () => {
    const room = watched();
    const speakers = watched(SYSTEM_AUDIO);
    for (let tenth = 1; tenth <= 200; tenth++) {
      room.health.hear(level(tenth % 40 !== 0), tenth * 100);
      speakers.health.hear(level(true), tenth * 100);
    }
    expect([room.told, speakers.told]).toEqual([[], []]);
  });

  test('[P04] a picture that is all black is told within 5 s, one that begins black is not', () => {
    const black = watched(DISPLAY);
    const slow = watched(DISPLAY);
    for (let second = 0; second <= 4; second++) {
      black.health.hear(luma(16), second * 1_000);
      slow.health.hear(luma(second < 3 ? 16 : 200), second * 1_000);
    }
    expect([black.told, slow.told]).toEqual([['channel-black'], []]);
    black.health.hear(luma(120), 5_000);
    expect(black.told).toEqual(['channel-black', null]);
  });

  test('a picture that stands still is frozen only where the pointer moves on it', async () => {
    const still = watched({ ...DISPLAY, area: AREA }, async () => ({ x: 300, y: 100 }));
    let x = 100;
    const step = () => {
      x += 5;
      return x;
    };
    const moving = watched({ ...DISPLAY, area: AREA }, async () => ({ x: step(), y: 100 }));
    const elsewhere = watched({ ...DISPLAY, area: AREA }, async () => ({ x: step() % 90, y: 100 }));
    for (let second = 0; second <= 15; second++) {
      for (const { health } of [still, moving, elsewhere]) health.hear(motion(true), second * 1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect([still.told, moving.told, elsewhere.told]).toEqual([[], ['channel-frozen'], []]);
    moving.health.hear(motion(false), 16_000);
    expect(moving.told).toEqual(['channel-frozen', null]);
  });

  test('that a take is over is no sign of content: nothing is told', () => {
    const { told, health } = watched();
    for (let tenth = 1; tenth <= 60; tenth++) health.hear(level(true), tenth * 100);
    health.close();
    health.hear(level(false), 7_000);
    expect(told).toEqual(['channel-silent']);
  });
});

test.each([
  ['a pointer alone', 60, true],
  ['a prompt on a black terminal', 500, false],
])('of a 4K display %s is told apart from a picture', (_what, whitePixels, isBlack) => {
  const area = { x: 0, y: 0, width: 3840, height: 2160 };
  const { told, health } = watched({ ...DISPLAY, area });
  const mean = Number((16 + (219 * whitePixels) / (3840 * 2160)).toPrecision(6));
  for (let second = 0; second <= 5; second++) health.hear(luma(mean), second * 1_000);
  expect(told).toEqual(isBlack ? ['channel-black'] : []);
});

test.each([
  [level(true), MIC, false],
  [level(false), MIC, true],
  [level(false), SYSTEM_AUDIO, true],
  [luma(16), DISPLAY, false],
  [luma(16.1), DISPLAY, false],
  [luma(20), DISPLAY, true],
  [motion(false), DISPLAY, false],
])(
  'content is a level above digital zero, or a picture with light in it: %j of $kind',
  (fact, channel, isContent) => {
    expect(showsContent(fact, channel)).toBe(isContent);
  },
);
