import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DISPLAY, MIC } from './test-capture.ts';
import type { TestDevice, TestSound } from './test-devices.ts';
import { isAlive, startTestDisplay, startTestSound, TEST_ENV, until } from './test-devices.ts';

let display: TestDevice;
let sound: TestSound;

beforeAll(async () => {
  [display, sound] = await Promise.all([startTestDisplay(320, 240), startTestSound()]);
}, 30_000);

afterAll(async () => {
  await Promise.all([display.close(), sound.close()]);
});

const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);

/** A process that opens one take per channel and prints their process ids once bytes flow. */
const RECORDER = `
  const { openTake } = await import(${here('./take.ts')});
  const { startSessionClock } = await import(${here('./clock.ts')});
  const { testFfmpeg, TEST_FORMAT, TEST_SESSION } = await import(${here('./test-capture.ts')});
  const ffmpeg = await testFfmpeg();
  for (const channel of ${JSON.stringify([MIC, DISPLAY])}) {
    let isFirst = true;
    const take = openTake({
      channel, takeNumber: 1, sessionId: TEST_SESSION, clock: startSessionClock(), ffmpeg,
      format: TEST_FORMAT, env: process.env,
      on: {
        fragment: () => { if (isFirst) process.stdout.write(take.pid() + '\\n'); isFirst = false; },
        level: () => undefined, trouble: () => undefined, health: () => undefined,
        content: () => undefined, ended: () => undefined,
      },
    });
  }
`;

describe('the death of the recorder', () => {
  test('[P01] by SIGKILL leaves no ffmpeg behind', async () => {
    const recorder = spawn(process.execPath, ['--input-type=module', '--eval', RECORDER], {
      env: { ...TEST_ENV, ...display.env, ...sound.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pids: number[] = [];
    createInterface({ input: recorder.stdout }).on('line', (line) => pids.push(Number(line)));
    await until(() => pids.length === 2);
    expect(pids.map(isAlive)).toEqual([true, true]);
    recorder.kill('SIGKILL');
    await until(() => !pids.some(isAlive));
    await until(async () => !(await sound.pactl('list', 'short', 'clients')).includes('pactl subscribe'));
  });
});
