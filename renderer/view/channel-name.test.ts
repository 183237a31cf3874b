import { expect, test } from 'vitest';
import { channelName } from './channel-name.ts';

test('the device in brackets is told apart from the name', () => {
  expect(channelName({ name: 'Default microphone (Built-in Audio Analog Stereo)' })).toEqual({
    name: 'Default microphone',
    device: 'Built-in Audio Analog Stereo',
  });
  expect(channelName({ name: 'Display 1' })).toEqual({ name: 'Display 1', device: null });
  expect(channelName({ name: '(unnamed)' })).toEqual({ name: '(unnamed)', device: null });
});
