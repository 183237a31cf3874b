import type { Remedy } from './remedy.ts';

/** What the person sets on this device. */
export const SETTINGS_REMEDIES = {
  'setting-locked': {
    message: 'This setting is locked, so it stays as it is.',
    action: 'Ask whoever locked it, as it says beside the setting.',
    retryable: false,
    http: 403,
    exit: 4,
  },
  'shortcut-twice': {
    message: 'Two shortcuts would be the same keys, so nothing was changed.',
    action: 'Choose other keys for one of them.',
    retryable: false,
    http: 409,
    exit: 2,
  },
  'settings-unwritable': {
    message: 'The settings could not be saved, so nothing was changed.',
    action: 'See whether the disk has room and may be written by you, then try again.',
    retryable: true,
    http: 507,
    exit: 1,
  },
} as const satisfies Record<string, Remedy>;
