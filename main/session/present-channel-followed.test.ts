import { expect, onTestFinished, test } from 'vitest';
import { defaultOf, listChannels } from '../channels/list.ts';
import { machineOf } from '../machine.ts';
import type { PipelineOptions } from '../pipeline/channel-pipeline.ts';
import { testCapture, testFfmpeg } from '../pipeline/test-capture.ts';
import { startTestSound, TEST_ENV, until } from '../pipeline/test-devices.ts';
import { done } from '../vault/test-vault.ts';
import { presentChannels } from './present-channel.ts';

test('with a real sound server: who follows the default is shown under its new name once it is recorded', async () => {
  const sound = await startTestSound();
  onTestFinished(sound.close);
  const machine = machineOf({ env: { ...TEST_ENV, ...sound.env } }, 'linux');
  await sound.pactl(
    ...['load-module', 'module-remap-source', 'master=stage_mic.monitor', 'source_name=headset'],
    'source_properties=device.description=Headset',
  );
  const channel = done(await listChannels(machine)).channels.find(({ id }) => id === 'mic:default');
  if (channel === undefined) throw new Error('there is no default microphone');

  const present = presentChannels();
  const devices = new Set<string>();
  const ignored = () => undefined;
  const overheard = present.overheard({
    channel,
    ffmpeg: await testFfmpeg(),
    env: machine.env as Record<string, string>,
    machine,
    follows: true,
    locate: (lost) => defaultOf(machine, lost),
    on: {
      ...{
        state: ignored,
        level: ignored,
        gap: ignored,
        trouble: ignored,
        health: ignored,
        content: ignored,
      },
      fragment: (_fragment, device) => devices.add(device),
    },
  } as Partial<PipelineOptions> as PipelineOptions);
  const { pipeline } = testCapture(overheard);
  onTestFinished(pipeline.stop);
  pipeline.start();
  await until(() => devices.size > 0);
  expect(present.of(channel)).toEqual(channel);
  await sound.pactl('set-default-source', 'headset');
  await until(() => devices.has('headset'));
  expect(present.of(channel)).toMatchObject({
    id: 'mic:default',
    name: 'Default microphone (Headset)',
    device: 'headset',
  });
});
