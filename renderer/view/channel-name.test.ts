import { afterEach, expect, test } from 'vitest';
import { speak } from '../words.ts';
import { channelName } from './channel-name.ts';

afterEach(() => speak('en'));

const MIC = {
  id: 'mic:default',
  kind: 'mic',
  name: 'Default microphone (Built-in Audio Analog Stereo)',
} as const;
const USB = { id: 'mic:usb', kind: 'mic', name: 'Headset (Jabra Evolve2 65)' } as const;
const SOUND = { id: 'system_audio:default', kind: 'system_audio', name: 'System audio' } as const;
const SCREEN = { id: 'display:2', kind: 'display', name: 'Display 2 (DELL U2720Q)' } as const;

test('the device in brackets is told apart from the name', () => {
  const device = 'Built-in Audio Analog Stereo';
  expect(channelName(MIC)).toEqual({ name: 'Default microphone', device });
  expect(channelName(USB)).toEqual({ name: 'Headset', device: 'Jabra Evolve2 65' });
  expect(channelName(SCREEN)).toEqual({ name: 'Display 2', device: 'DELL U2720Q' });
  expect(channelName({ ...SCREEN, name: 'Display 2' })).toEqual({ name: 'Display 2', device: null });
  expect(channelName({ ...USB, name: '(unnamed)' })).toEqual({ name: '(unnamed)', device: null });
});

test('what main names by itself is named in the language of the face, and a device as the system calls it', () => {
  speak('es');
  const names = [MIC, USB, SOUND, SCREEN].map((channel) => channelName(channel).name);
  expect(names).toEqual(['Micrófono predeterminado', 'Headset', 'Audio del sistema', 'Pantalla 2']);
});
