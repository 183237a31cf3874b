import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { doctorReport } from '../../app/cli/doctor-report.ts';
import { startDisplay } from '../../app/launch/stage/display.ts';
import { holdLeash } from '../../app/launch/stage/leash.ts';
import { openStage, type Stage } from '../../app/launch/stage/stage.ts';
import { tallylight } from './house.ts';

const root = join(import.meta.dirname, '..', '..');
const trialResult = z.object({
  event: z.literal('trial'),
  missing: z.array(z.string()),
  channels: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      ways: z.array(z.string()),
      encoders: z.array(z.string()),
      takes: z.int(),
      fragments: z.int(),
      bytes: z.int(),
      recordedMs: z.int(),
      firstFragmentMs: z.int().nullable(),
      isGone: z.boolean(),
      content: z.record(z.string(), z.unknown()).nullable(),
      fault: z.object({ code: z.string() }).nullable(),
    }),
  ),
});

/** An ffmpeg with a card of its own: what is asked of h264_nvenc, x264 does. */
const STANDS_FOR_NVENC = `#!/usr/bin/env bash
if [[ "$*" == *-encoders* ]]; then ffmpeg "$@"; echo ' V....D h264_nvenc           a stand-in'; exit; fi
[[ "$*" == *h264_vaapi* ]] && { echo 'no such card' >&2; exit 1; }
args=()
while [[ $# -gt 0 ]]; do
  case "$1" in
    h264_nvenc) args+=(libx264) ;;
    -preset) args+=(-preset ultrafast); shift ;;
    -tune | -rc | -cq) shift ;;
    *) args+=("$1") ;;
  esac
  shift
done
exec ffmpeg "\${args[@]}"
`;

/** A machine with a screen, sound and a home of its own. */
describe('tallylight doctor', () => {
  let stage: Stage;
  let home: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    stage = await openStage({
      picture: 'moving-desktop',
      microphone: 'tone-every-2s',
      speakers: 'tone-every-2s',
    });
    home = await mkdtemp(join(tmpdir(), 'tallylight-doctor-'));
    const { XDG_SESSION_TYPE: _type, WAYLAND_DISPLAY: _wayland, ...rest } = process.env;
    env = { ...rest, ...stage.env, HOME: home, TALLYLIGHT_DATA: join(home, 'data'), TMPDIR: home };
  });
  afterAll(async () => {
    await stage.close();
    await rm(home, { recursive: true, force: true });
  });

  const run = (args: readonly string[], more: NodeJS.ProcessEnv = {}) => tallylight({ env }, args, more);
  const reportOf = (stdout: string) => doctorReport.parse(JSON.parse(stdout.split('\n')[0] ?? ''));

  /** Programs that were started for this test and still run: each carries its home in its environment. */
  async function programsLeft(): Promise<string[]> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== `${process.pid}`);
    const envs = await Promise.all(
      pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')),
    );
    return pids.filter((_, index) => envs[index]?.includes(`HOME=${home}`));
  }
  const written = async () =>
    (await readdir(home, { recursive: true })).filter((name) => !name.startsWith('node-compile-cache'));

  test('says that all three kinds can be captured, opens nothing, and leaves nothing behind', async () => {
    const { code, stdout } = await run(['doctor', '--json']);
    const report = reportOf(stdout);
    expect(code).toBe(0);
    expect(report).toMatchObject({
      system: { platform: 'linux', session: 'x11', sandbox: null },
      ffmpeg: { demuxers: expect.arrayContaining(['pulse', 'x11grab']), missingWatchdogs: [] },
      can: { mic: 'yes', system_audio: 'yes', display: 'yes' },
      problems: [],
    });
    expect(report.channels.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['mic:default', 'system_audio:default']),
    );
    expect(report.permissions.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      'microphone granted',
      'screen-capture granted',
      'system-audio granted',
    ]);
    // Those that Linux may have; which of them works is this machine's own affair.
    expect(report.ffmpeg?.encoderTrials.map(({ encoder }) => encoder)).toEqual(['h264_nvenc', 'h264_vaapi']);
    for (const { works, why } of report.ffmpeg?.encoderTrials ?? []) expect(works).toBe(why === null);
    expect(report.data).toMatchObject({ folder: '~/data/client', freeBytes: expect.any(Number) });
    expect(stdout).not.toContain(home);
    expect(await written()).toEqual([]);
    expect(await programsLeft()).toEqual([]);
  });

  test('tells a person the same in lines', async () => {
    const { code, stdout } = await run(['doctor']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ffmpeg \d/m);
    expect(stdout).toContain('mic:default');
    expect(stdout.trim().split('\n').slice(-3)).toEqual([
      'microphone: can be captured',
      'system audio: can be captured',
      'screen: can be captured',
    ]);
  });

  test('where nobody can tell what the system allows, it says neither yes nor no', async () => {
    const inSnap = { SNAP: '/snap/tallylight/1', SNAP_NAME: 'tallylight' };
    const report = reportOf((await run(['doctor', '--json'], inSnap)).stdout);
    expect(report.permissions.map(({ state }) => state)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(report.can).toEqual({ mic: 'unknown', system_audio: 'unknown', display: 'unknown' });
    const { stdout } = await run(['doctor'], inSnap);
    expect(stdout).not.toContain('can be captured');
    expect(stdout.trim().split('\n').at(-1)).toBe(
      'screen: not known until it is tried: Inside snap nobody can tell whether Tallylight may use the screen.',
    );
  });

  test.each([
    [
      'no ffmpeg',
      { TALLYLIGHT_FFMPEG: '/nowhere/ffmpeg' },
      { code: 'ffmpeg-missing', concerns: ['mic', 'system_audio', 'display'], action: 'Install ffmpeg' },
      1,
    ],
    [
      'no display',
      { DISPLAY: '' },
      { code: 'display-server-missing', concerns: ['display'], action: 'graphical session' },
      5,
    ],
    [
      'a Wayland session',
      { XDG_SESSION_TYPE: 'wayland' },
      { code: 'display-server-missing', concerns: ['display'], action: '' },
      5,
    ],
    [
      'a sound server that does not answer',
      { PULSE_SERVER: 'unix:/nowhere/pulse.sock' },
      { code: 'sound-server-missing', concerns: ['mic', 'system_audio'], action: 'pactl info' },
      5,
    ],
  ] as const)(
    'with %s it names the problem, whom it concerns and what to do',
    async (_what, more, expected, exit) => {
      const { code, stdout } = await run(['doctor', '--json'], more);
      const [problem, ...others] = reportOf(stdout).problems;
      expect(problem).toMatchObject({ code: expected.code, concerns: expected.concerns });
      expect(problem?.action).toContain(expected.action);
      expect(others).toEqual([]);
      expect(code).toBe(exit);
      const text = await run(['doctor'], more);
      expect(text.stdout).toContain(`what to do: ${problem?.action}`);
      expect(text.code).toBe(exit);
    },
  );

  test('--record proves each kind from the device to the decoded content, in memory only', async () => {
    const { code, stdout } = await run(['doctor', '--record', '--yes', '--duration', '2', '--json']);
    const trial = trialResult.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
    expect(trial.missing).toEqual([]);
    expect(trial.channels.map(({ kind, ways, encoders }) => [kind, ...ways, ...encoders])).toEqual([
      ['mic', 'pulse', 'libopus'],
      ['system_audio', 'pulse', 'libopus'],
      ['display', 'x11grab', 'libx264'],
    ]);
    for (const channel of trial.channels) {
      expect(channel).toMatchObject({ takes: 1, isGone: true, fault: null });
      expect(channel.recordedMs).toBeGreaterThanOrEqual(2_000);
      expect(channel.bytes).toBeGreaterThan(1_000);
    }
    const [mic, system, display] = trial.channels.map(({ content }) => content);
    for (const heard of [mic, system]) expect(heard).toMatchObject({ isDigitalSilence: false });
    expect(display).toMatchObject({ isBlack: false });
    expect(display?.changes).toBeGreaterThan(0);
    expect(code).toBe(0);
    expect(await written()).toEqual([]);
    expect(await programsLeft()).toEqual([]);
  });

  test('--record encodes a display by what passed its trial, as a recording does, and says so', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tallylight-encoder-'));
    try {
      const path = join(folder, 'ffmpeg');
      await writeFile(path, STANDS_FOR_NVENC, { mode: 0o755 });
      // Long enough for a tone to be in it, wherever it begins.
      const { code, stdout } = await run(['doctor', '--record', '--yes', '--duration', '2', '--json'], {
        TALLYLIGHT_FFMPEG: path,
        TALLYLIGHT_ENCODER: 'auto',
      });
      const trial = trialResult.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
      expect(reportOf(stdout).ffmpeg).toMatchObject({
        displayEncoder: 'h264_nvenc',
        encoderTrials: [
          { encoder: 'h264_nvenc', works: true, why: null },
          { encoder: 'h264_vaapi', works: false, why: expect.stringMatching(/./) },
        ],
      });
      expect(trial.channels.at(-1)).toMatchObject({ kind: 'display', encoders: ['h264_nvenc'], fault: null });
      expect(trial.channels.map(({ fault }) => fault)).toEqual([null, null, null]);
      expect(code).toBe(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a microphone that gives only zeros is told as silent', async () => {
    const silent = await openStage({ picture: 'moving-desktop', microphone: 'silence', speakers: 'silence' });
    try {
      const { code, stdout } = await run(['doctor', '--record', '--yes', '--duration', '1'], silent.env);
      expect(stdout).toContain('The microphone gives nothing but digital silence.');
      expect(stdout).toContain('If something was playing, that is a fault');
      expect(code).toBe(5);
    } finally {
      await silent.close();
    }
  });

  test('a black screen is told as black, although the pointer is drawn on it, and passes for nothing', async () => {
    const leash = await holdLeash('black');
    try {
      const DISPLAY = await startDisplay(leash, { width: 1280, height: 720 });
      for (const seconds of ['2', '6']) {
        const { code, stdout } = await run(['doctor', '--record', '--yes', '--duration', seconds], {
          DISPLAY,
        });
        expect(stdout).toMatch(/^display:1 .* BLACK$/m);
        expect(stdout).toContain('display:1: The picture of this display is all black.');
        expect(stdout).not.toContain('All three kinds were recorded');
        expect(code).toBe(5);
      }
    } finally {
      await leash.release();
    }
  });

  test('[P01] --record opens nothing where nobody can be asked, nor where the answer is not yes', async () => {
    const unasked = await run(['doctor', '--record', '--json']);
    expect(unasked.code).toBe(3);
    expect(unasked.stdout).toContain('"code":"consent-missing"');
    expect(unasked.stdout).not.toContain('"event":"trial"');
    const refused = await atTerminal('no\n');
    expect(refused.code).toBe(3);
    expect(refused.said).toContain('Nothing was captured');
    expect(refused.said).not.toContain('Recording ');
  });

  test('--record goes on after a typed yes', async () => {
    const { code, said } = await atTerminal('yes\n');
    expect(said).toContain('All three kinds were recorded, decoded and released.');
    expect(said).toContain('nothing was sent');
    expect(said).toMatch(/read it before you show it to others\.\s+To be pasted:/);
    expect(code).toBe(0);
  });

  /** Runs the check in a terminal of its own and types an answer when it asks. */
  async function atTerminal(answer: string): Promise<{ code: number | null; said: string }> {
    const command = `"${process.execPath}" "${join(root, 'bin', 'tallylight')}" doctor --record --duration 3`;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const wasAsked = said.includes('Type yes');
      said += String(chunk);
      if (!wasAsked && said.includes('Type yes')) child.stdin.write(answer);
    });
    const [code] = await once(child, 'close');
    return { code, said };
  }

  test('Ctrl+C in mid-trial ends it, and no program is left', async () => {
    const child = spawn(process.execPath, [join(root, 'bin', 'tallylight'), 'doctor', '--record', '--yes'], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let noted = '';
    child.stderr.on('data', (chunk: Buffer) => {
      const wasRecording = noted.includes('Recording mic');
      noted += String(chunk);
      if (!wasRecording && noted.includes('Recording mic')) child.kill('SIGINT');
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
    expect(noted).toContain('Stopped. Nothing was kept.');
    expect(await programsLeft()).toEqual([]);
  });

  test.each([
    ['a time without a recording', ['--duration', '5']],
    ['a time that is too long', ['--record', '--duration', '600']],
  ])('refuses %s', async (_what, args) => {
    expect((await run(['doctor', ...args])).code).toBe(2);
  });
});
