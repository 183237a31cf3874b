import type { TallylightError } from '../../contract/result.ts';
import type { DshowDevice } from './dshow-listing.ts';
import type { DefaultMicrophone, Microphone } from './microphone-channels.ts';
import { distinctMicrophones } from './microphone-channels.ts';

/** The microphones among DirectShow's devices, opened by their alternative name, and what is wrong with the rest. */
export function windowsMicrophones(devices: readonly DshowDevice[]): {
  readonly microphones: readonly Microphone[];
  readonly missing: readonly TallylightError[];
} {
  const audio = devices.filter(({ kinds }) => kinds.has('audio'));
  return distinctMicrophones(
    audio.map(({ name, alternativeName }) => ({ device: alternativeName ?? name, name })),
  );
}

/**
 * The default among them, by the id of Windows' capture endpoint, `{0.0.1.00000000}.{<GUID>}`. Believed, not measured:
 * that GUID is the one in DirectShow's `@device_cm_{…}\wave_{<GUID>}`. Where it is not, none is the default.
 */
export function defaultAmong(
  microphones: readonly Microphone[],
  endpointId: string | undefined,
): DefaultMicrophone {
  const guid = endpointGuid(endpointId ?? '');
  const endpointOf = ({ device }: Microphone) => waveGuid(device);
  // Names of another form, as Wine gives them, cannot be compared.
  if (guid === undefined || microphones.every((one) => endpointOf(one) === undefined))
    return { kind: 'not-said' };
  const found = microphones.find((microphone) => endpointOf(microphone) === guid);
  return found === undefined ? { kind: 'other' } : { kind: 'listed', device: found.device };
}

/** Of `{0.0.1.00000000}.{<GUID>}`, in lower case with its braces. */
export function endpointGuid(endpointId: string): string | undefined {
  return /\{[0-9a-f-]{36}\}$/i.exec(endpointId)?.[0].toLowerCase();
}

/** Of `@device_cm_{…}\wave_{<GUID>}`; names of another form have none. */
export function waveGuid(device: string): string | undefined {
  return /\\wave_(\{[0-9a-f-]{36}\})$/i.exec(device)?.[1]?.toLowerCase();
}
