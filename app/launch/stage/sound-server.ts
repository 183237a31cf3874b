import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Leash } from './leash.ts';
import { hurry } from './priority.ts';

export type SoundEnv = {
  readonly PULSE_SERVER: string;
  readonly XDG_RUNTIME_DIR: string;
  readonly PULSE_COOKIE: string;
};

/** What the loudspeakers play can be recorded from `speakers.monitor`. */
export const speakersSink = 'speakers';

/** What is played here comes out of the source `mic`. */
export const microphoneSink = 'stage_mic';

const modules = [
  `module-null-sink sink_name=${speakersSink} rate=48000 channels=2 ${described('sink', 'Stage speakers')}`,
  `module-null-sink sink_name=${microphoneSink} rate=48000 channels=1 ${described('sink', 'Stage microphone cable')}`,
  // A monitor is listed as a monitor; remapped, it is a microphone like any other.
  `module-remap-source source_name=mic master=${microphoneSink}.monitor ${described('source', 'Stage microphone')}`,
];

/** Starts a sound server that knows nothing of the machine's own, and returns how to reach it. */
export async function startSoundServer(leash: Leash): Promise<SoundEnv> {
  const socket = join(leash.folder, 'pulse.sock');
  const env: SoundEnv = {
    PULSE_SERVER: `unix:${socket}`,
    XDG_RUNTIME_DIR: leash.folder,
    // Clients write a cookie where they find none; this one goes when the stage goes.
    PULSE_COOKIE: join(leash.folder, 'pulse-cookie'),
  };
  // The socket comes last: where it answers, the rest is there.
  const protocol = `module-native-protocol-unix socket=${socket} auth-anonymous=1 auth-cookie-enabled=0`;
  const loads = [...modules, protocol].flatMap((module) => ['-L', module]);
  const args = [
    '-n',
    '--daemonize=no',
    '--use-pid-file=no',
    '--exit-idle-time=-1',
    '--disable-shm=yes',
    ...loads,
  ];
  const server = leash.start('pulseaudio', args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, HOME: leash.folder, XDG_CONFIG_HOME: leash.folder, ...env },
  });
  hurry(server.pid);
  let complaint = '';
  server.stderr?.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-2000);
  });
  while (!(await answers(socket))) {
    if (server.exitCode !== null || server.signalCode !== null) {
      throw new Error(`pulseaudio ended before it was ready: ${complaint.trim()}`);
    }
    await delay(10);
  }
  return env;
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const attempt = connect(socket, () => {
      attempt.destroy();
      resolve(true);
    });
    attempt.once('error', () => resolve(false));
  });
}

function described(kind: 'sink' | 'source', description: string): string {
  return `${kind}_properties=device.description="${description.replaceAll(' ', '\\ ')}"`;
}
