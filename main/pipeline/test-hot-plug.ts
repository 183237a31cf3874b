import type { Channel } from '../../contract/channel.ts';
import { listChannels, locateChannel } from '../channels/list.ts';
import type { Machine } from '../channels/machine.ts';
import { machineOf } from '../machine.ts';
import type { PipelineOptions } from './channel-pipeline.ts';
import { afterTimeout } from './later.ts';
import type { Capture } from './test-capture.ts';
import { testCapture, testFfmpeg } from './test-capture.ts';
import type { TestDisplay, TestSound } from './test-devices.ts';
import { startTestDisplay, startTestSound, TEST_ENV } from './test-devices.ts';

export type HotPlug = {
  readonly display: TestDisplay;
  readonly sound: TestSound;
  readonly machine: Machine;
  /** As it is listed now. */
  readonly channel: (id: string) => Promise<Channel>;
  /** Starts recording it with the real delays. */
  readonly record: (
    id: string,
    how?: Partial<PipelineOptions>,
  ) => Promise<Capture & { readonly sinceStartMs: () => number }>;
  readonly stopAll: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** A display and a sound server whose devices come and go while they are recorded. */
export async function startHotPlug(): Promise<HotPlug> {
  const [ffmpeg, display, sound] = await Promise.all([
    testFfmpeg(),
    startTestDisplay(640, 480, ['-noreset']),
    startTestSound(),
  ]);
  const env = { ...TEST_ENV, ...display.env, ...sound.env };
  const machine = machineOf({ env }, 'linux');
  const running: Capture[] = [];

  async function channel(id: string): Promise<Channel> {
    const listed = await listChannels(machine);
    const found = listed.ok ? listed.value.channels.find((one) => one.id === id) : undefined;
    if (found === undefined) throw new Error(`there is no ${id}`);
    return found;
  }

  return {
    display,
    sound,
    machine,
    channel,
    record: async (id, how = {}) => {
      const startedMs = performance.now();
      const one = testCapture({
        channel: how.channel ?? (await channel(id)),
        ffmpeg,
        env,
        machine,
        locate: (lost) => locateChannel(machine, lost),
        later: afterTimeout,
        ...how,
      });
      running.push(one);
      one.pipeline.start();
      return { ...one, sinceStartMs: () => performance.now() - startedMs };
    },
    stopAll: async () => {
      await Promise.all(running.splice(0).map(({ pipeline }) => pipeline.stop()));
    },
    close: async () => {
      await Promise.all([display.close(), sound.close()]);
    },
  };
}

export const nothing = {
  state: () => undefined,
  fragment: () => undefined,
  level: () => undefined,
  gap: () => undefined,
  trouble: () => undefined,
  health: () => undefined,
  content: () => undefined,
};

export const takes = ({ fragments }: Capture) => [...new Set(fragments.map(({ header }) => header.take))];

export const mediaOf = ({ fragments }: Capture, take: number) =>
  fragments.filter(({ header }) => header.take === take && header.sequence > 0);
