import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

/** A display or a sound server of a test's own, so that nothing of the machine it runs on is captured. */
export type TestDevice = {
  /** What to add to the environment to reach it. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends the server at once, as a crash would. */
  readonly kill: () => void;
  readonly close: () => Promise<void>;
};

export type TestDisplay = TestDevice & {
  /** Starts the server anew under the same number, after it was killed. */
  readonly restart: () => Promise<void>;
};

export type TestSound = TestDevice & {
  /** Runs pactl on this server and returns what it printed. */
  readonly pactl: (...args: string[]) => Promise<string>;
  /** Starts the server anew at the same address, with the same devices and tones, after it was killed. */
  readonly restart: () => Promise<void>;
  /** Keeps a sink awake with silence of this rate; resolves with how to end it once it is connected. */
  readonly playSilence: (sink: string, rate?: number) => Promise<() => Promise<void>>;
};

const run = promisify(execFile);

/** What programs need besides the devices; nothing of the person who runs the tests. */
export const TEST_ENV = { PATH: process.env.PATH ?? '', HOME: '/nonexistent' } as const;

/** Starts an X server without a screen to look at, e.g. 640x480 pixels. */
export async function startTestDisplay(
  width: number,
  height: number,
  args: string[] = [],
): Promise<TestDisplay> {
  const boot = (...where: string[]) =>
    spawn(
      'Xvfb',
      [
        ...where,
        ...['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp'],
        ...args,
      ],
      { env: TEST_ENV, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
    );
  // Far from the lowest free number, which others take while this one is being restarted.
  let server: ChildProcess = boot(`:${randomInt(1000, 30_000)}`);
  const number = await firstLine(server.stdio[3] as Readable);
  return {
    env: { DISPLAY: `:${number}` },
    kill: () => server.kill('SIGKILL'),
    restart: async () => {
      await ended(server, 'SIGKILL');
      server = boot(`:${number}`);
      await firstLine(server.stdio[3] as Readable);
    },
    close: () => ended(server, 'SIGTERM'),
  };
}

/**
 * Starts PulseAudio with an output `speakers` and a microphone `mic`, both of which carry a tone. The tone is
 * fed in small pieces, because a null sink that is idle delivers two seconds late.
 */
export async function startTestSound(): Promise<TestSound> {
  const folder = await mkdtemp(join(tmpdir(), 'tallylight-sound-'));
  const socket = join(folder, 'native');
  const env = { PULSE_SERVER: `unix:${socket}`, XDG_RUNTIME_DIR: folder };
  const inside = { env: { ...TEST_ENV, ...env, HOME: folder }, stdio: 'ignore' } as const;
  const children: ChildProcess[] = [];
  const start = (program: string, args: string[]) => {
    const child = spawn(program, args, inside);
    children.push(child);
    return child;
  };
  const pactl = async (...args: string[]) =>
    (await run('pactl', args, { env: { ...inside.env, LC_ALL: 'C.UTF-8' } })).stdout;

  async function boot(): Promise<void> {
    start('pulseaudio', [
      ...['-n', '--daemonize=no', '--exit-idle-time=-1', '--disable-shm=yes', '--use-pid-file=no'],
      ...['-L', `module-native-protocol-unix socket=${socket} auth-anonymous=1`],
      ...['-L', 'module-null-sink sink_name=speakers sink_properties=device.description=Speakers'],
      ...['-L', 'module-null-sink sink_name=stage_mic sink_properties=device.description=Stage'],
    ]);
    await until(() =>
      pactl('info').then(
        () => true,
        () => false,
      ),
    );
    await pactl(
      ...['load-module', 'module-remap-source', 'master=stage_mic.monitor', 'source_name=mic'],
      'source_properties=\'device.description="Built-in Audio"\'',
    );
    await pactl('set-default-source', 'mic');
    await pactl('set-default-sink', 'speakers');
    for (const [index, sink] of ['speakers', 'stage_mic'].entries())
      start('ffmpeg', [
        ...['-nostdin', '-re', '-f', 'lavfi', '-i', `sine=frequency=${440 * (index + 1)}:sample_rate=48000`],
        ...['-f', 'pulse', '-buffer_duration', '40', '-device', sink, 'tone'],
      ]);
    await until(async () => (await pactl('list', 'short', 'sink-inputs')).trim().split('\n').length === 2);
  }

  async function endAll(): Promise<void> {
    await Promise.all(children.splice(0).map((child) => ended(child, 'SIGKILL')));
  }

  await boot();
  return {
    env,
    pactl,
    restart: async () => {
      await endAll();
      await rm(socket, { force: true });
      await boot();
    },
    playSilence: async (sink, rate = 44_100) => {
      const playing = async () => (await pactl('list', 'short', 'sink-inputs')).trim().split('\n').length;
      const before = await playing();
      const silence = spawn(
        'pacat',
        ['--latency-msec=20', `--rate=${rate}`, '--device', sink, '/dev/zero'],
        inside,
      );
      await until(async () => (await playing()) > before);
      return () => ended(silence, 'SIGKILL');
    },
    kill: () => children[0]?.kill('SIGKILL'),
    close: async () => {
      await endAll();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits for something to become true; gives up loudly, so that a test names what never happened. */
export async function until(condition: () => boolean | Promise<boolean>, patienceMs = 15_000): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`never became true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}

function firstLine(stream: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.trim());
    });
    stream.on('end', () => reject(new Error('the X server did not start')));
  });
}
