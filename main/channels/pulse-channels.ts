import type { Channel } from '../../contract/channel.ts';
import { EN } from '../../contract/spoken/en.ts';
import { distinctSlugs } from './channel-slug.ts';
import type { PulseDefaults, PulseSource } from './pulse-sources.ts';

/**
 * The audio channels of a sound server: `mic:default` first, then every microphone by name, then the system
 * audio. A monitor is never a microphone, not even where the server has made it its default source: what
 * somebody agreed to as their microphone must not turn out to be the far side of a call, or the reverse.
 *
 * `agreed`: what is looked for. System audio that was agreed to on one output is the sound of that output, also where the
 * server has another default by now.
 */
export function audioChannels(
  sources: readonly PulseSource[],
  defaults: PulseDefaults,
  agreed?: Channel,
): Channel[] {
  const mics = sources.filter((source) => source.monitorOf === null);
  const defaultMic = mics.find((source) => source.name === defaults.source) ?? mics[0];
  const slugs = distinctSlugs(mics.map(({ name, description }) => ({ key: name, name: description })));
  const monitors = sources.filter(({ monitorOf }) => monitorOf !== null);
  const monitor =
    (agreed?.kind === 'system_audio' ? monitors.find(({ name }) => name === agreed.device) : undefined) ??
    monitors.find(({ monitorOf }) => monitorOf === defaults.sink);

  const channels: Channel[] = [];
  if (defaultMic !== undefined) {
    channels.push({
      id: 'mic:default',
      kind: 'mic',
      name: `${EN.channel.defaultMicrophone} (${defaultMic.description})`,
      device: defaultMic.name,
      isDefault: true,
    });
  }
  mics.forEach((mic, index) => {
    channels.push({
      id: `mic:${slugs[index]}`,
      kind: 'mic',
      name: mic.description,
      device: mic.name,
      isDefault: false,
    });
  });
  if (monitor !== undefined) {
    channels.push({
      id: 'system_audio:default',
      kind: 'system_audio',
      name: EN.channel.systemAudio,
      device: monitor.name,
      isDefault: true,
    });
  }
  return channels;
}
