import { describe, expect, test } from 'vitest';
import { audioChannels } from './pulse-channels.ts';
import { parseDefaults, parseSourceNames, parseSources } from './pulse-sources.ts';

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

const KNOWN = parseSourceNames(
  '0\tspeakers.monitor\tmodule-null-sink.c\ts16le 2ch 44100Hz\tIDLE\n2\tmic\tmodule-remap-source.c\ts16le 2ch 44100Hz\tIDLE\n' +
    '3\talsa_input.usb-Logitech-00.mono\tmodule-alsa-card.c\ts16le 1ch 48000Hz\tSUSPENDED\n',
);

describe('the sources of a sound server', () => {
  const block = (index: number, name: string, description: string, monitorOf = 'n/a') =>
    `Source #${index}\n\tState: IDLE\n\tName: ${name}\n\tDescription: ${description}\n\tDriver: d\n\tMonitor of Sink: ${monitorOf}\n\tProperties:\n\n`;
  const REAL = block(2, 'mic', 'Microphone');
  const parsedOf = (text: string) =>
    parseSources(text, [...KNOWN, { index: 9, name: 'evil' }]).map(({ description }) => description);
  const names = (text: string) =>
    parseSources(text, [...KNOWN, { index: 9, name: 'evil' }]).map(({ name }) => name);

  test.each([
    [
      'another source under a number of its own',
      '\n\tMonitor of Sink: n/a\nSource #99\n\tState: IDLE\n\tName: mic\n\tDescription: Invented',
    ],
    [
      'another source under the number of a real one',
      '\n\tMonitor of Sink: n/a\nSource #3\n\tState: IDLE\n\tName: alsa_input.usb-Logitech-00.mono\n\tDescription: Invented',
    ],
    ['a field that says it is no monitor', '\n\tMonitor of Sink: n/a'],
    ['another name', '\n\tName: mic'],
  ])('[P01] a description that holds a line break and %s invents nothing', (_what, injected) => {
    const others = block(3, 'alsa_input.usb-Logitech-00.mono', 'Logitech Headset');
    const text = `${others}${block(9, 'evil', `Headset${injected}`, 'speakers')}${REAL}`;
    expect(names(text).filter((name) => name !== 'alsa_input.usb-Logitech-00.mono')).toEqual(['mic']);
    expect(parsedOf(text)).not.toContain('Invented');
  });

  test('[P01] a description that claims to be a microphone that is there hides it, and does not stand for it', () => {
    const injected =
      '\n\tMonitor of Sink: n/a\nSource #2\n\tState: IDLE\n\tName: mic\n\tDescription: Invented';
    expect(names(`${block(9, 'evil', `Headset${injected}`, 'speakers')}${REAL}`)).toEqual([]);
  });

  test('are read from pactl, letters outside ASCII included', () => {
    expect(parseSources(LIST, KNOWN)).toEqual([
      { index: 0, name: 'speakers.monitor', description: 'Monitor of Speakers', monitorOf: 'speakers' },
      { index: 2, name: 'mic', description: 'Micrófono de "prueba"', monitorOf: null },
      { index: 3, name: 'alsa_input.usb-Logitech-00.mono', description: 'Logitech Headset', monitorOf: null },
    ]);
    expect(parseDefaults(INFO)).toEqual({ sink: 'speakers', source: 'mic' });
  });

  test('may be none, and so may the defaults', () => {
    expect(parseSources('', [])).toEqual([]);
    expect(parseDefaults('Default Sink: @DEFAULT_SINK@\nDefault Source: n/a\n')).toEqual({
      sink: null,
      source: null,
    });
  });

  test('become the default microphone, every microphone by name, and the system audio', () => {
    const channels = audioChannels(parseSources(LIST, KNOWN), parseDefaults(INFO));
    expect(channels.map(({ id, name, device, isDefault }) => [id, name, device, isDefault])).toEqual([
      ['mic:default', 'Default microphone (Micrófono de "prueba")', 'mic', true],
      ['mic:microfono-de-prueba', 'Micrófono de "prueba"', 'mic', false],
      ['mic:logitech-headset', 'Logitech Headset', 'alsa_input.usb-Logitech-00.mono', false],
      ['system_audio:default', 'System audio', 'speakers.monitor', true],
    ]);
  });

  test('[P01] a monitor is never a microphone, even where it is the default source', () => {
    const monitors = parseSources(LIST, KNOWN).filter(({ monitorOf }) => monitorOf !== null);
    const defaults = { sink: 'speakers', source: 'speakers.monitor' };
    expect(audioChannels(monitors, defaults).map(({ id }) => id)).toEqual(['system_audio:default']);
    expect(audioChannels(parseSources(LIST, KNOWN), defaults)[0]).toMatchObject({
      id: 'mic:default',
      device: 'mic',
    });
  });

  test('without a default output have no system audio', () => {
    const channels = audioChannels(parseSources(LIST, KNOWN), { sink: null, source: null });
    expect(channels.map(({ kind }) => kind)).not.toContain('system_audio');
  });
});
