import type { Channel } from '../../contract/channel.ts';
import type { MacSoundDevice } from './core-audio.ts';
import { defaultMacMicrophone, macSoundDevices } from './core-audio.ts';
import type { Machine } from './machine.ts';
import { captureEndpoints, defaultCaptureEndpoint } from './mmdevice.ts';
import { endpointGuid, waveGuid } from './windows-microphones.ts';

/**
 * Whether a microphone is there, as the system says without a process being started: `there` with a name that is another
 * one after it went and came back, where the system has such a name. `not-said` is no answer.
 */
export type SoundPresence =
  | { readonly kind: 'there'; readonly as: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'not-said' };

const NOT_SAID: SoundPresence = { kind: 'not-said' };

/** Asks Core Audio or the multimedia device API; opens no device. Takes 1 to 2 ms under Wine 10. */
export function presenceOf({ platform }: Pick<Machine, 'platform'>, channel: Channel): SoundPresence {
  if (channel.kind !== 'mic') return NOT_SAID;
  if (platform === 'darwin') return presenceAmongMac(macSoundDevices(), channel);
  return platform === 'win32' ? presenceAmongEndpoints(captureEndpoints(), channel) : NOT_SAID;
}

/** What the system calls its default microphone; undefined where it does not say, or a list is as cheap: on Linux. */
export function defaultSoundName({ platform }: Pick<Machine, 'platform'>): string | undefined {
  if (platform === 'darwin') return defaultMacMicrophone()?.uid;
  return platform === 'win32' ? defaultCaptureEndpoint() : undefined;
}

/**
 * By uid, or by name where ffmpeg printed none; outputs are among them, so one of the same name speaks for a microphone
 * that is gone, which then shows by its stall. The number that Core Audio gives a device is a new one when it comes back.
 */
export function presenceAmongMac(
  devices: readonly MacSoundDevice[] | undefined,
  { device }: Channel,
): SoundPresence {
  if (devices === undefined || devices.length === 0) return NOT_SAID;
  const same = devices.filter(({ uid, name }) => uid === device || name === device);
  return same.length === 0
    ? { kind: 'gone' }
    : { kind: 'there', as: same.map(({ object }) => object).join() };
}

/** By the GUID of `@device_cm_{…}\wave_{<GUID>}`, which is believed to be that of the endpoint; see `defaultAmong`. */
export function presenceAmongEndpoints(
  endpoints: readonly string[] | undefined,
  { device }: Channel,
): SoundPresence {
  const guid = waveGuid(device);
  if (endpoints === undefined || guid === undefined) return NOT_SAID;
  return endpoints.some((id) => endpointGuid(id) === guid) ? { kind: 'there', as: guid } : { kind: 'gone' };
}
