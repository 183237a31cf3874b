import type { Remedy } from './remedy.ts';

/** What is kept on a disk, and what the boundaries refuse. */
export const VAULT_REMEDIES = {
  // Vault
  'disk-low': {
    message: 'There is little room left on the disk.',
    action: 'Free some space: at least 1 GB to begin a recording that is kept, or choose live only.',
    retryable: true,
    http: 507,
    exit: 1,
  },
  'disk-full': {
    message: 'The disk is full, so nothing more is stored. What was kept before is safe.',
    action: 'Free some space, then begin a new recording.',
    retryable: true,
    http: 507,
    exit: 1,
  },
  'vault-unwritable': {
    message: 'The folder for recordings cannot be written.',
    action: 'Check its permissions, or choose another one with --data.',
    retryable: false,
    http: 500,
    exit: 1,
  },
  'disk-read-only': {
    message: 'The disk is read-only: nothing can be written to it.',
    action:
      'Recordings on it can be listed, verified, and exported to another disk with --out. A disk that fails is made read-only by the system: export first, then have it looked at.',
    retryable: false,
    http: 500,
    exit: 1,
  },
  'nothing-to-export': {
    message: 'Nothing of this recording is stored here.',
    action: 'What was live only is gone; what was delivered may be at the media service only.',
    retryable: false,
    http: 404,
    exit: 1,
  },
  'export-exists': {
    message: 'There is a file of that name already. Nothing was written over.',
    action: 'Choose another name with --out, or move that file away.',
    retryable: false,
    http: 409,
    exit: 2,
  },
  'export-nowhere': {
    message: 'The folder for the file does not exist. Nothing was written.',
    action: 'Make that folder, or choose another place with --out.',
    retryable: false,
    http: 404,
    exit: 2,
  },
  'export-inside': {
    message: 'The file would lie, not encrypted, among the encrypted recordings. Nothing was written.',
    action: 'Choose a place outside of the data folder with --out.',
    retryable: false,
    http: 409,
    exit: 2,
  },
  'export-disk-full': {
    message: 'The disk has no room for the file. The recording is as it was, and no half file is left.',
    action: 'Free some space, or choose a place on another disk with --out, then export it again.',
    retryable: true,
    http: 507,
    exit: 1,
  },
  'export-failed': {
    message: 'ffmpeg could not write the file. The recording is as it was.',
    action: 'Choose another place with --out, or try --as-recorded; `tallylight doctor` looks at ffmpeg.',
    retryable: false,
    http: 500,
    exit: 1,
  },
  'export-cancelled': {
    message: 'The export was cancelled. The recording is as it was, and no half file is left.',
    action: 'Export it again when you like.',
    retryable: false,
    http: 409,
    exit: 1,
  },
  'vault-version': {
    message: 'This recording was written in another format than this version of Tallylight reads.',
    action: 'Open it with the version that recorded it. Nothing of it was changed.',
    retryable: false,
    http: 409,
    exit: 1,
  },
  'vault-damaged': {
    message: 'A part of a recording cannot be read. The rest is kept.',
    action:
      'Do not delete it. On its device `tallylight verify` says which part, what of it is whole still and what can be done.',
    retryable: false,
    http: 500,
    exit: 1,
  },
  'data-in-use': {
    message: 'Another Tallylight uses this data folder.',
    action: 'Close it, or choose another folder with --data.',
    retryable: true,
    http: 409,
    exit: 1,
  },
  'key-elsewhere': {
    message: 'This recording is protected by another key store than the one in use here.',
    action: 'Open it where it was made: in the app with the system keychain unlocked, or with `tallylight`.',
    retryable: false,
    http: 409,
    exit: 1,
  },
  'key-missing': {
    message:
      'The key file of this device is missing, and recordings are kept here that only it opens. No new one was made.',
    action:
      'Put device.key back where it was (see the details) from a backup of this disk. If it is lost for good, nothing opens them any more: move the data folder away, and Tallylight begins a new one.',
    retryable: false,
    http: 409,
    exit: 1,
  },
  'recording-unknown': {
    message: 'There is no such recording on this device.',
    action: 'List the recordings with `tallylight recordings`.',
    retryable: false,
    http: 404,
    exit: 2,
  },
  'audit-broken': {
    message: 'The audit log was damaged or changed after it was written.',
    action:
      'Tell your admin, and keep it as it is. On a device that records, `tallylight audit set-aside` keeps it beside a new log that says so, and what was recorded can be exported, deleted and added to again.',
    retryable: false,
    http: 500,
    exit: 1,
  },
  'audit-whole': {
    message: 'The audit log is as it was written. Nothing was set aside.',
    action: 'Nothing has to be done. `tallylight audit` tells it.',
    retryable: false,
    http: 409,
    exit: 2,
  },
  // Boundaries
  'bad-request': {
    message: 'The request is not of the form that is expected.',
    action: 'See the details, correct the request and send it again.',
    retryable: false,
    http: 400,
    exit: 2,
  },
  usage: {
    message: 'The command was not understood.',
    action: 'See `tallylight --help`.',
    retryable: false,
    http: 400,
    exit: 2,
  },
  'setting-refused': {
    message: 'A setting of this machine cannot be used as it is, so nothing was begun with it.',
    action: 'Set what is named to what it takes, or leave it out, then start again.',
    retryable: false,
    http: 400,
    exit: 2,
  },
  internal: {
    message: 'Something went wrong inside Tallylight. What was recorded is kept.',
    action: 'Try again; if it stays, report it with the details.',
    retryable: true,
    http: 500,
    exit: 1,
  },
} as const satisfies Record<string, Remedy>;
