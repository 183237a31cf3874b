import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startDisplay } from '../../app/launch/stage/display.ts';
import { holdLeash, type Leash } from '../../app/launch/stage/leash.ts';
import { type SoundEnv, startSoundServer } from '../../app/launch/stage/sound-server.ts';
import { workerIn } from '../../app/launch/stage/worker.ts';
import { processesWith, signal } from './processes.ts';

const run = promisify(execFile);
const STAGE = join(import.meta.dirname, '..', '..', 'app', 'launch', 'stage');
const SERVER_PATIENCE_MS = 15_000;
const SCREEN = { width: 640, height: 480 };

/** A display and a sound server of whose parts each can fail: what a stage is for tests in which nothing does. */
export type Machine = {
  readonly env: SoundEnv & { readonly DISPLAY: string };
  readonly restartSound: (forMs: number) => Promise<void>;
  /** Takes a device away and resolves with how to bring it back. */
  readonly unplug: (device: 'microphone' | 'speakers') => Promise<() => Promise<void>>;
  readonly resize: (isSmall: boolean) => Promise<void>;
  readonly close: () => Promise<void>;
};

const MODULES = {
  microphone: ['module-remap-source', 'source_name=mic'],
  speakers: ['module-null-sink', 'sink_name=speakers'],
} as const;

export async function openMachine(): Promise<Machine> {
  const leash = await holdLeash('chaos-stage');
  try {
    const [DISPLAY, sound] = await Promise.all([startDisplay(leash, SCREEN), startSoundServer(leash)]);
    const env = { ...sound, DISPLAY };
    await Promise.all([paint(leash, env), play(leash, env, 'stage_mic'), play(leash, env, 'speakers')]);
    const xrandr = (...args: string[]) => run('xrandr', args, { env: { ...process.env, ...env } });
    await xrandr('--newmode', 'small', ...'10 320 321 322 323 240 241 242 243'.split(' '));
    await xrandr('--addmode', 'screen', 'small');
    return {
      env,
      restartSound: async (forMs) => {
        for (const { pid } of soundServers(sound)) signal(pid, 'SIGKILL');
        await new Promise((resolve) => setTimeout(resolve, forMs));
        await startSoundServer(leash);
        await Promise.all([play(leash, env, 'stage_mic'), play(leash, env, 'speakers')]);
      },
      unplug: (device) => unplugged(leash, env, device),
      resize: async (isSmall) => {
        await xrandr('--output', 'screen', '--mode', isSmall ? 'small' : `${SCREEN.width}x${SCREEN.height}`);
      },
      close: leash.release,
    };
  } catch (error) {
    await leash.release();
    throw error;
  }
}

function soundServers({ PULSE_SERVER }: SoundEnv) {
  return processesWith(`PULSE_SERVER=${PULSE_SERVER}`).filter(({ command }) => /^pulseaudio /.test(command));
}

async function unplugged(leash: Leash, env: Machine['env'], device: 'microphone' | 'speakers') {
  // Another fault may have the sound server away at the moment.
  const pactl = async (...args: string[]) => {
    const endMs = performance.now() + SERVER_PATIENCE_MS;
    for (;;) {
      const ran = await run('pactl', args, { env: { ...process.env, ...env } }).catch(
        (error: Error) => error,
      );
      if (!(ran instanceof Error)) return ran;
      if (performance.now() > endMs) throw ran;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const { stdout } = await pactl('list', 'short', 'modules');
  const [name, argument] = MODULES[device];
  const line = stdout.split('\n').find((one) => one.includes(`\t${name}\t`) && one.includes(argument));
  const [index, , args] = line?.split('\t') ?? [];
  // The sound server is being restarted, and comes back with all of its devices.
  if (index === undefined || args === undefined) return () => Promise.resolve();
  // The server may come back meanwhile, with all of its devices under other numbers.
  await run('pactl', ['unload-module', index], { env: { ...process.env, ...env } }).catch(() => undefined);
  return async () => {
    const listed = await pactl('list', 'short', 'modules');
    if (listed.stdout.includes(argument)) return;
    await pactl('load-module', name, args);
    if (device === 'speakers') await play(leash, env, 'speakers');
  };
}

async function paint(leash: Leash, env: Machine['env']): Promise<void> {
  const child = leash.start(process.execPath, [join(STAGE, 'painter.ts')], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, ...env },
  });
  await (await workerIn(child, 'painter')).ask('moving-desktop');
}

/** A player ends with its sink or its server, which is what the faults are about: it is tried again. */
async function play(leash: Leash, env: Machine['env'], sink: string, triesLeft = 5): Promise<void> {
  const sound = JSON.stringify(sink === 'speakers' ? 'music' : 'tone-every-2s');
  const child = leash.start(process.execPath, [join(STAGE, 'player.ts'), sink, sound, '1000'], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, ...env },
  });
  const isPlaying = await workerIn(child, 'player').then(
    () => true,
    () => false,
  );
  // Where it is not there at all, the device is: nobody plays on it, until the next one is plugged in.
  if (!isPlaying && triesLeft > 0) await play(leash, env, sink, triesLeft - 1);
}
