import type { Result } from '../../contract/result.ts';
import { fail, ok } from '../../contract/result.ts';
import type { AvfoundationListing } from './avfoundation-listing.ts';
import { isAvfoundationListing, parseAvfoundationListing } from './avfoundation-listing.ts';
import type { ChannelList } from './channel-list.ts';
import { defaultMacMicrophone } from './core-audio.ts';
import { askFfmpeg } from './ffmpeg-listing.ts';
import type { Machine } from './machine.ts';
import { listMacScreens } from './macos-displays.ts';
import { defaultMacMicrophoneAmong, macMicrophones } from './macos-microphones.ts';
import { microphoneChannels } from './microphone-channels.ts';
import { listLoopback } from './system-audio.ts';

/** Microphones, system audio and displays of a Mac; what is not there is named in `missing`. */
export async function listMacChannels(machine: Machine): Promise<ChannelList> {
  const loopback = listLoopback(machine);
  const listing = await listAvfoundation(machine);
  const sound = listing.ok ? macMicrophones(listing.value.microphones) : { microphones: [], missing: [] };
  const system = defaultMacMicrophoneAmong(sound.microphones, defaultMacMicrophone());
  const displays = listing.ok ? listMacScreens(machine, listing.value.screens) : listing;
  const parts = [loopback, displays];
  return {
    channels: [
      ...microphoneChannels(sound.microphones, system),
      ...parts.flatMap((part) => (part.ok ? part.value : [])),
    ],
    missing: [...sound.missing, ...parts.flatMap((part) => (part.ok ? [] : [part.error]))],
  };
}

async function listAvfoundation(machine: Machine): Promise<Result<AvfoundationListing>> {
  const list = await askFfmpeg(machine, ['-f', 'avfoundation', '-list_devices', 'true', '-i', '']);
  if (!list.ok) return list;
  return isAvfoundationListing(list.value.stderr)
    ? ok(parseAvfoundationListing(list.value.stderr))
    : fail('ffmpeg-lacks-device', 'this ffmpeg does not list AVFoundation devices');
}
