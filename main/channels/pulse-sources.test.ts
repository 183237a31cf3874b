import { describe, expect, test } from 'vitest';
import { audioChannels } from './pulse-channels.ts';
import { parseDefaults, parseSources } from './pulse-sources.ts';

/** Printed by pactl 16.1 against PulseAudio 16.1 on Debian 12, shortened. */
const LIST = `Source #0
	State: IDLE
	Name: speakers.monitor
	Description: Monitor of Speakers
	Driver: module-null-sink.c
	Sample Specification: s16le 2ch 44100Hz
	Volume: front-left: 65536 / 100% / 0.00 dB,   front-right: 65536 / 100% / 0.00 dB
	        balance 0.00
	Monitor of Sink: speakers
	Latency: 0 usec, configured 2000000 usec
	Properties:
		device.description = "Monitor of Speakers"
		device.class = "monitor"
	Formats:
		pcm

Source #2
	State: IDLE
	Name: mic
	Description: Micrófono de "prueba"
	Driver: module-remap-source.c
	Monitor of Sink: n/a
	Properties:
		device.master_device = "stage_mic.monitor"
		device.description = "Micrófono de \\"prueba\\""
	Formats:
		pcm

Source #3
	State: IDLE
	Name: alsa_input.usb-Logitech-00.mono
	Description: Logitech Headset
	Monitor of Sink: n/a
`;

const INFO = `Server String: unix:/run/user/1000/pulse/native
Library Protocol Version: 35
Server Name: pulseaudio
Server Version: 16.1
Default Sample Specification: s16le 2ch 44100Hz
Default Sink: speakers
Default Source: mic
Cookie: 492f:3222
`;

describe('the sources of a sound server', () => {
  test('are read from pactl, letters outside ASCII included', () => {
    expect(parseSources(LIST)).toEqual([
      { index: 0, name: 'speakers.monitor', description: 'Monitor of Speakers', monitorOf: 'speakers' },
      { index: 2, name: 'mic', description: 'Micrófono de "prueba"', monitorOf: null },
      { index: 3, name: 'alsa_input.usb-Logitech-00.mono', description: 'Logitech Headset', monitorOf: null },
    ]);
    expect(parseDefaults(INFO)).toEqual({ sink: 'speakers', source: 'mic' });
  });

  test('may be none, and so may the defaults', () => {
    expect(parseSources('')).toEqual([]);
    expect(parseDefaults('Default Sink: @DEFAULT_SINK@\nDefault Source: n/a\n')).toEqual({
      sink: null,
      source: null,
    });
  });

  test('become the default microphone, every microphone by name, and the system audio', () => {
    const channels = audioChannels(parseSources(LIST), parseDefaults(INFO));
    expect(channels.map(({ id, name, device, isDefault }) => [id, name, device, isDefault])).toEqual([
      ['mic:default', 'Default microphone (Micrófono de "prueba")', 'mic', true],
      ['mic:microfono-de-prueba', 'Micrófono de "prueba"', 'mic', false],
      ['mic:logitech-headset', 'Logitech Headset', 'alsa_input.usb-Logitech-00.mono', false],
      ['system_audio:default', 'System audio', 'speakers.monitor', true],
    ]);
  });

  test('[P01] a monitor is never a microphone, even where it is the default source', () => {
    const monitors = parseSources(LIST).filter(({ monitorOf }) => monitorOf !== null);
    const defaults = { sink: 'speakers', source: 'speakers.monitor' };
    expect(audioChannels(monitors, defaults).map(({ id }) => id)).toEqual(['system_audio:default']);
    expect(audioChannels(parseSources(LIST), defaults)[0]).toMatchObject({
      id: 'mic:default',
      device: 'mic',
    });
  });

  test('without a default output have no system audio', () => {
    const channels = audioChannels(parseSources(LIST), { sink: null, source: null });
    expect(channels.map(({ kind }) => kind)).not.toContain('system_audio');
  });
});
