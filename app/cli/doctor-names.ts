import type { ChannelKind } from '../../contract/channel.ts';
import type { PermissionState } from '../../native-permissions/permission.ts';

export { PERMISSION_KINDS } from '../../native-permissions/permission.ts';

export const PERMISSION_STATES = [
  'granted',
  'denied',
  'not-determined',
  'restricted',
  'unknown',
] as const satisfies readonly PermissionState[];

/** The kinds in a person's words. */
export const KIND_WORDS: Readonly<Record<ChannelKind, string>> = {
  mic: 'microphone',
  system_audio: 'system audio',
  display: 'screen',
};

/** Before whatever a person may show to others. */
export const NAMES_ARE_SHOWN =
  'Device names are as your system has them: read it before you show it to others.';
