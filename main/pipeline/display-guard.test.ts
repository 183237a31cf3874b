import { describe, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import type { Result } from '../../contract/result.ts';
import { fail, ok } from '../../contract/result.ts';
import type { ProcessEnv } from '../channels/host-env.ts';
import type { Machine } from '../channels/machine.ts';
import { guardDisplay } from './display-guard.ts';
import { DISPLAY } from './test-capture.ts';
import { startTestDisplay, until } from './test-devices.ts';

const AREA = { x: 0, y: 0, width: 320, height: 240 };
const OTHER: Channel = { ...DISPLAY, id: 'display:2', device: 'HDMI-1', area: { ...AREA, x: 320 } };

const machineOf = (env: ProcessEnv): Machine => ({
  platform: 'linux',
  env,
  ffmpeg: async () => fail('ffmpeg-missing'),
});

function watch(answers: Result<Channel[]>[], agreed = DISPLAY) {
  const said: string[] = [];
  let asked = 0;
  let cleared = 0;
  const guard = guardDisplay(
    agreed,
    {
      machine: machineOf({}),
      list: async () => answers[Math.min(asked++, answers.length - 1)] ?? fail('display-server-missing'),
      everyMs: 5,
      patienceMs: 150,
    },
    {
      cleared: () => {
        cleared++;
      },
      gone: () => said.push('gone'),
      unsure: () => said.push('unsure'),
    },
  );
  return { guard, said, asked: () => asked, cleared: () => cleared };
}

test.each([
  ['it is unplugged', [OTHER]],
  ['it becomes smaller', [{ ...DISPLAY, area: { ...AREA, width: 160 } }, OTHER]],
  ['it is moved', [OTHER, { ...DISPLAY, area: { ...AREA, y: 100 } }]],
  ['another output takes its place', [{ ...DISPLAY, device: 'HDMI-2' }, OTHER]],
])('[P01] a display is gone where %s', async (_what, changed) => {
  const { said, asked } = watch([ok([DISPLAY, OTHER]), ok([DISPLAY, OTHER]), ok(changed)]);
  await until(() => said.length > 0);
  expect({ said, asked: asked() }).toEqual({ said: ['gone'], asked: 3 });
});

test('a display stays where it was agreed to while others come and go', async () => {
  const { guard, said, asked } = watch([ok([DISPLAY, OTHER]), ok([OTHER, { ...DISPLAY, id: 'display:2' }])]);
  await until(() => asked() > 5);
  guard.close();
  expect(said).toEqual([]);
});

test('[P01] an X server that does not say for too long where a display is leaves no guess', async () => {
  const { said } = watch([ok([DISPLAY]), fail('display-server-missing')]);
  await until(() => said.length > 0);
  expect(said).toEqual(['unsure']);
});

describe('[P01] a display that was agreed to by its fingerprint, and that has none now', () => {
  const agreed = { ...DISPLAY, fingerprint: 'de11de11de11de11' };

  test('is not cleared, and in the end nobody knows what it is', async () => {
    const { said, cleared, asked } = watch([ok([DISPLAY])], agreed);
    await until(() => said.length > 0);
    expect([said, cleared()]).toEqual([['unsure'], 0]);
    expect(asked()).toBeGreaterThan(1);
  });

  test('is asked for again, and goes on where it has it again', async () => {
    const { guard, said, cleared, asked } = watch([ok([agreed]), ok([DISPLAY]), ok([agreed])], agreed);
    await until(() => asked() > 4);
    guard.close();
    expect(said).toEqual([]);
    expect(cleared()).toBeLessThan(asked());
  });

  test('is gone where another place is there as well', async () => {
    const { said } = watch([ok([{ ...DISPLAY, area: { ...AREA, width: 160 } }])], agreed);
    await until(() => said.length > 0);
    expect(said).toEqual(['gone']);
  });
});

test('of a bare X server, without xrandr, its size is the place', async () => {
  const server = await startTestDisplay(320, 240);
  const said: string[] = [];
  const on = { cleared: () => undefined, gone: () => said.push('gone'), unsure: () => said.push('unsure') };
  const env = { ...server.env, PATH: '/nonexistent' };
  const fits = guardDisplay(DISPLAY, { machine: machineOf(env), everyMs: 20 }, on);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(said).toEqual([]);
  fits.close();
  guardDisplay({ ...DISPLAY, area: { ...AREA, width: 640 } }, { machine: machineOf(env), everyMs: 20 }, on);
  await until(() => said.length > 0);
  expect(said).toEqual(['gone']);
  await server.close();
});
