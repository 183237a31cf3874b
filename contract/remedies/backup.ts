import type { Remedy } from './remedy.ts';

/** Backup and restore of the whole service. */
export const BACKUP_REMEDIES = {
  'backup-none': {
    message: 'There is no backup there.',
    action: 'Name the folder that `tallylight backend backup --to` wrote, or make a first backup.',
    retryable: false,
    http: 404,
    exit: 1,
  },
  'backup-unreachable': {
    message: 'The folder of the backups cannot be reached or written.',
    action: 'See whether the disk is mounted, has room and may be written by this user, then try again.',
    retryable: true,
    http: 503,
    exit: 1,
  },
  'backup-foreign': {
    message: 'That folder holds the backups of another service.',
    action: 'Give each service a folder of its own.',
    retryable: false,
    http: 409,
    exit: 2,
  },
  'backup-version': {
    message: 'That backup was written by a newer version of Tallylight.',
    action: 'Restore it with that version, or a newer one. Nothing was changed.',
    retryable: false,
    http: 409,
    exit: 1,
  },
  'backup-damaged': {
    message: 'The backup is not as it was written.',
    action:
      'Restore another one (`tallylight backend backup list`), or the rest of this one with --leave-out-damaged.',
    retryable: false,
    http: 500,
    exit: 1,
  },
  'backup-key': {
    message: 'The master key is not there, or not the one of that backup. It is never in a backup.',
    action:
      'Name it in TALLYLIGHT_MASTER_KEY_FILE, or put it into the data folder as master.key, then try again.',
    retryable: false,
    http: 409,
    exit: 1,
  },
  'backup-cancelled': {
    message: 'It was cancelled. The earlier backups are whole.',
    action: 'Begin again when you like: what was copied already is not copied twice.',
    retryable: false,
    http: 409,
    exit: 1,
  },
  'restore-not-empty': {
    message: 'There is something already where the service is to be restored to. Nothing was written over.',
    action: 'Name an empty folder, which may hold master.key, and an empty database.',
    retryable: false,
    http: 409,
    exit: 2,
  },
} as const satisfies Record<string, Remedy>;
