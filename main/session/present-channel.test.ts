import { expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { PipelineOptions } from '../pipeline/channel-pipeline.ts';
import { TEST_SESSION, testFragment } from '../vault/test-vault.ts';
import { presentChannels } from './present-channel.ts';

const laptop: Channel = {
  id: 'mic:default',
  kind: 'mic',
  name: 'Default microphone (Built-in)',
  device: 'built-in',
  isDefault: true,
};
const headset: Channel = { ...laptop, name: 'Default microphone (Headset)', device: 'headset' };

/** A pipeline's way of locating and recording, by hand. */
function overheard(locate: () => Promise<Result<Channel>>) {
  const present = presentChannels();
  const passedOn: string[] = [];
  const options = {
    channel: laptop,
    locate,
    on: { fragment: (_: unknown, device: string) => passedOn.push(device) },
  };
  const { on, locate: look } = present.overheard(options as unknown as PipelineOptions);
  const arrives = (sequence: number, device: string) =>
    on.fragment(testFragment({ sessionId: TEST_SESSION, channelId: laptop.id, take: 1, sequence }), device);
  return { present, passedOn, arrives, look: () => look?.(laptop) };
}

test('a channel that follows is named by its new device, once something came from there', async () => {
  const { present, passedOn, arrives, look } = overheard(async () => ok(headset));
  arrives(0, 'built-in');
  expect(present.of(laptop)).toEqual(laptop);
  expect(await look()).toEqual(ok(headset));
  arrives(1, 'built-in');
  expect(present.of(laptop)).toEqual(laptop);
  arrives(0, 'headset');
  expect(present.of(laptop)).toEqual(headset);
  expect(passedOn).toEqual(['built-in', 'built-in', 'headset']);
});

test('a device that is looked for in vain leaves the name as it is', async () => {
  const { present, arrives, look } = overheard(async () => fail('device-gone', laptop.id));
  await look();
  arrives(0, 'built-in');
  expect(present.of(laptop)).toEqual(laptop);
});

test('the next recording begins with the device that was agreed to', async () => {
  const { present, arrives, look } = overheard(async () => ok(headset));
  await look();
  arrives(0, 'headset');
  present.overheard({ channel: laptop } as unknown as PipelineOptions);
  expect(present.of(laptop)).toEqual(laptop);
});
