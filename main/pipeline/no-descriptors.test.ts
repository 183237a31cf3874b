import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { MIC, testFfmpeg } from './test-capture.ts';
import { TEST_ENV } from './test-devices.ts';

const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);

/** A process that has all modules and no file descriptor left starts everything that this room starts. */
const STARVED = (ffmpeg: string) => `
  const { openSync } = await import('node:fs');
  const { PassThrough } = await import('node:stream');
  const { guardSource } = await import(${here('./source-guard.ts')});
  const { startProgram } = await import(${here('./program-source.ts')});
  const { chooseVideoEncoder } = await import(${here('./encoder-choice.ts')});
  const { openTake } = await import(${here('./take.ts')});
  const { startSessionClock } = await import(${here('./clock.ts')});
  const { TEST_FORMAT, TEST_SESSION } = await import(${here('./test-capture.ts')});
  const channel = ${JSON.stringify(MIC)};
  const { env } = process;
  const told = {};
  const patience = { firstMs: 400, doubtMs: 400, pauseMs: 20 };
  process.on('unhandledRejection', (error) => { told.unhandled = String(error); });
  const held = [];
  try { for (;;) held.push(openSync('/dev/null')); } catch (error) { told.full = error.code; }
  const { encoder, tried } = await chooseVideoEncoder(
    { path: '${ffmpeg}', encoders: new Set(['h264_mf']) }, 'win32', { ...env, TALLYLIGHT_ENCODER: 'h264_mf' });
  told.encoder = [encoder, typeof tried[0].flaw];
  const both = [
    new Promise((resolve) => guardSource(
      { pid: 1, source: 'mic', platform: 'linux', env },
      { cleared: () => undefined, moved: () => resolve('moved'), unsure: () => resolve('unsure') }, patience)),
    new Promise((resolve) => startProgram(
      { channel, program: 'parec', args: [], platform: 'linux', env, into: new PassThrough() },
      { started: () => undefined, first: () => undefined, ended: (error) => resolve(error.code) })),
    new Promise((resolve) => openTake({
      channel, takeNumber: 1, sessionId: TEST_SESSION, clock: startSessionClock(), format: TEST_FORMAT, env,
      platform: 'linux',
      ffmpeg: { path: '${ffmpeg}', version: { major: 5, minor: 1, text: '5.1' }, demuxers: new Set(['pulse']), filters: new Set() },
      on: {
        fragment: () => undefined, level: () => undefined, trouble: () => undefined, health: () => undefined,
        content: () => undefined, ended: ({ error }) => resolve(error.code),
      },
    })),
  ];
  [told.guard, told.program, told.take] = await Promise.all(both);
  const { closeSync } = await import('node:fs');
  for (const one of held) closeSync(one);
  console.log(JSON.stringify(told));
`;

test('what cannot be started for want of file descriptors is told as a value, by guard, recorder, encoder and take', async () => {
  const { path } = await testFfmpeg();
  const starved = spawn(
    '/bin/sh',
    ['-c', 'ulimit -n 60; exec "$0" "$@"', process.execPath, '--input-type=module', '--eval', STARVED(path)],
    { env: TEST_ENV, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let [said, complained] = ['', ''];
  starved.stdout.on('data', (chunk) => {
    said += chunk;
  });
  starved.stderr.on('data', (chunk) => {
    complained += chunk;
  });
  const code = await new Promise((resolve) => starved.once('close', resolve));
  expect([complained, code]).toEqual(['', 0]);
  expect(JSON.parse(said)).toEqual({
    full: 'EMFILE',
    encoder: ['libx264', 'string'],
    guard: 'unsure',
    program: 'device-failed',
    take: 'device-failed',
  });
});
