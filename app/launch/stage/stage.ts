import { fileURLToPath } from 'node:url';
import { type Screen, startDisplay } from './display.ts';
import { holdLeash, type Leash } from './leash.ts';
import type { PlayedSound } from './player.ts';
import { assertPrograms } from './programs.ts';
import type { Picture } from './scenes.ts';
import { microphoneSink, type SoundEnv, speakersSink, startSoundServer } from './sound-server.ts';
import { canSpeak, type Sound } from './sounds.ts';
import { type Worker, workerIn } from './worker.ts';

export type StageOptions = {
  readonly screen?: Screen;
  readonly picture: Picture;
  readonly microphone: Sound;
  readonly speakers: Sound;
};

export type StageEnv = SoundEnv & { readonly DISPLAY: string };

/** A display and sound of its own, on which a recorder can be proved. */
export type Stage = {
  /** Add this to the environment of whatever should see and hear the stage. */
  readonly env: StageEnv;
  readonly display: string;
  readonly screen: Screen;
  /** What the stage had to do differently on this machine, in whole sentences. */
  readonly notes: readonly string[];
  /** Resolves when the display shows it. */
  setPicture(picture: Picture): Promise<void>;
  /** Plays a sound file once, on top of what plays anyway; resolves with when it is heard, before it is. */
  playToMicrophone(file: string): Promise<PlayedSound>;
  playToSpeakers(file: string): Promise<PlayedSound>;
  /** Ends every process and removes every file. It also happens, by itself, when this process dies. */
  close(): Promise<void>;
};

/** `tone-every-2s` differs between the two, so that one leaking into the other is seen. */
export const microphoneToneHz = 1000;
export const speakersToneHz = 2000;

/** Throws an Error that names what is missing on this machine, or what would not start. */
export async function openStage(options: StageOptions): Promise<Stage> {
  assertPrograms();
  const leash = await holdLeash('stage');
  try {
    return await build(leash, options);
  } catch (error) {
    await leash.release();
    throw error;
  }
}

async function build(leash: Leash, options: StageOptions): Promise<Stage> {
  const { picture, microphone, speakers, screen = { width: 1280, height: 720 } } = options;
  const [display, sound] = await Promise.all([startDisplay(leash, screen), startSoundServer(leash)]);
  const env: StageEnv = { DISPLAY: display, ...sound };
  const [painter, microphonePlayer, speakersPlayer] = await Promise.all([
    startProgram(leash, 'painter.ts', [], env),
    startProgram(
      leash,
      'player.ts',
      [microphoneSink, JSON.stringify(microphone), `${microphoneToneHz}`],
      env,
    ),
    startProgram(leash, 'player.ts', [speakersSink, JSON.stringify(speakers), `${speakersToneHz}`], env),
  ]);
  await painter.ask(picture);
  return {
    env,
    display,
    screen,
    notes: await notesOn(options),
    async setPicture(next) {
      await painter.ask(next);
    },
    playToMicrophone: async (file) => (await microphonePlayer.ask(file)) as PlayedSound,
    playToSpeakers: async (file) => (await speakersPlayer.ask(file)) as PlayedSound,
    close: () => leash.release(),
  };
}

function startProgram(leash: Leash, file: string, args: readonly string[], env: StageEnv): Promise<Worker> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = leash.start(process.execPath, [path, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  });
  return workerIn(child, file);
}

async function notesOn({ microphone, speakers }: StageOptions): Promise<string[]> {
  if (microphone !== 'speech' && speakers !== 'speech') return [];
  if (await canSpeak()) return [];
  return ['This ffmpeg cannot speak (no flite filter): the voice is noise in the rhythm of speech.'];
}
