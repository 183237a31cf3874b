import type { ChannelKind } from '../../contract/channel.ts';
import type { PermissionKind, PermissionState } from '../../native-permissions/permission.ts';

export { PERMISSION_KINDS } from '../../native-permissions/permission.ts';

export const PERMISSION_STATES = [
  'granted',
  'denied',
  'not-determined',
  'restricted',
  'unknown',
] as const satisfies readonly PermissionState[];

/** The permission that each kind of channel needs. */
export const PERMISSION_OF: Readonly<Record<ChannelKind, PermissionKind>> = {
  mic: 'microphone',
  system_audio: 'system-audio',
  display: 'screen-capture',
};

/** The kinds in a person's words. */
export const KIND_WORDS: Readonly<Record<ChannelKind, string>> = {
  mic: 'microphone',
  system_audio: 'system audio',
  display: 'screen',
};
