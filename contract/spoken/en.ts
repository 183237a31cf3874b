import { REMEDIES } from '../errors.ts';
import { MEANINGS } from '../meanings.ts';
import { PERMISSION_EN } from './permission-en.ts';

/** What more than one room says to a person, in English; also what the command line says. */
export const EN = {
  errors: REMEDIES,
  meanings: MEANINGS,
  permission: PERMISSION_EN,
  /** The lamp, wherever it is shown. */
  lamp: { live: 'Live', paused: 'Paused', trouble: 'Needs a look', off: 'Off' },
  /** Channels that the system has no name of its own for. */
  channel: { defaultMicrophone: 'Default microphone', systemAudio: 'System audio', display: 'Display' },
  /** What of this machine's network is waited for. */
  waits: {
    unmetered:
      'This network is metered. What is kept waits here, encrypted, until there is another one. Live only goes on.',
    network:
      'This machine has no network. What is kept waits here, encrypted, and is sent when there is one.',
  },
  /** How the key of what is kept here is protected, where that is less than a keychain. */
  protection: {
    'key-file':
      'No system keychain is in use: the key is a file that any program of your user account can read.',
  },
  /** What is safe of a recording that failed. */
  kept: {
    nothing: 'Nothing was stored.',
    erased: 'Nothing of it is left here.',
    'only-here':
      'What was recorded up to then is kept here, encrypted. The media service takes no more of it.',
    'sent-later': 'What was recorded up to then is kept here, encrypted, and sent at the next start.',
  },
} as const;
