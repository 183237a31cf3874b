import type { Channel } from '../../contract/channel.ts';
import type { TallylightError } from '../../contract/result.ts';
import { errorOf } from '../../contract/result.ts';
import type { ChannelList } from './channel-list.ts';
import { isDshowListing, parseDshowListing, parseDshowSources } from './dshow-listing.ts';
import { askFfmpeg } from './ffmpeg-listing.ts';
import type { Machine } from './machine.ts';
import { microphoneChannels } from './microphone-channels.ts';
import { defaultCaptureEndpoint } from './mmdevice.ts';
import { listLoopback } from './system-audio.ts';
import { listWindowsDisplays } from './windows-displays.ts';
import { defaultAmong, windowsMicrophones } from './windows-microphones.ts';

/** Microphones, system audio and displays of a Windows machine; what is not there is named in `missing`. */
export async function listWindowsChannels(machine: Machine): Promise<ChannelList> {
  const sound = await listMicrophones(machine);
  const [loopback, displays] = [listLoopback(machine), listWindowsDisplays(machine, 'with-address')];
  return {
    channels: [...sound.channels, ...[loopback, displays].flatMap((part) => (part.ok ? part.value : []))],
    missing: [...sound.missing, ...[loopback, displays].flatMap((part) => (part.ok ? [] : [part.error]))],
  };
}

async function listMicrophones(machine: Machine): Promise<ChannelList> {
  const none = (error: TallylightError): ChannelList => ({ channels: [], missing: [error] });
  const list = await askFfmpeg(machine, ['-list_devices', 'true', '-f', 'dshow', '-i', 'dummy']);
  if (!list.ok) return none(list.error);
  let devices = parseDshowListing(list.value.stderr);
  if (!isDshowListing(list.value.stderr)) {
    const sources = await askFfmpeg(machine, ['-sources', 'dshow']);
    devices = sources.ok ? parseDshowSources(sources.value.stdout) : [];
    if (devices.length === 0)
      return none(errorOf('ffmpeg-lacks-device', 'this ffmpeg does not list DirectShow devices'));
  }
  const { microphones, missing } = windowsMicrophones(devices);
  const channels: Channel[] = microphoneChannels(
    microphones,
    defaultAmong(microphones, defaultCaptureEndpoint()),
  );
  return { channels, missing };
}
