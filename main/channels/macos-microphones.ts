import type { TallylightError } from '../../contract/result.ts';
import type { AvfoundationDevice } from './avfoundation-listing.ts';
import type { DefaultMicrophone, Microphone } from './microphone-channels.ts';
import { distinctMicrophones } from './microphone-channels.ts';

/**
 * The microphones of a Mac, by their uid where ffmpeg prints it, else by their name. ffmpeg opens them by an index that
 * moves, so two of one name without a uid could be taken for each other at any take: neither is offered.
 */
export function macMicrophones(devices: readonly AvfoundationDevice[]): {
  readonly microphones: readonly Microphone[];
  readonly missing: readonly TallylightError[];
} {
  return distinctMicrophones(
    devices.map(({ index, name, uid }) => ({ device: uid ?? name, name, address: String(index) })),
  );
}

/** The default among them, by uid, else by a name that only one of them has. */
export function defaultMacMicrophoneAmong(
  microphones: readonly Microphone[],
  system: { readonly uid: string; readonly name: string } | undefined,
): DefaultMicrophone {
  if (system === undefined) return { kind: 'not-said' };
  const by = (wanted: string) => microphones.find(({ device }) => device === wanted);
  const found = by(system.uid) ?? by(system.name);
  return found === undefined ? { kind: 'other' } : { kind: 'listed', device: found.device };
}
