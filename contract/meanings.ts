import { SERVICE_REMEDIES } from './remedies/service.ts';

const refused = SERVICE_REMEDIES['not-authorised'];

/** What an error code means in a place where that is not what its remedy says. */
export const MEANINGS = {
  /** `policy-forbids`: a policy that cannot be obeyed on this machine. */
  'lock-not-told': {
    message:
      'Your organisation wants recordings to pause while the screen is locked, and Tallylight is not told of that here.',
    action: 'Record with the desktop app on macOS or Windows, or ask your organisation for another policy.',
  },
  /** `session-unknown`, in the middle of a recording. */
  'session-forgotten': {
    message: 'The media service does not know this session any more, so the recording was stopped.',
    action: 'Ask your admin whether it was deleted, then begin a new recording.',
  },
  /** `session-ended`, in the middle of a recording. */
  'session-ended-there': {
    message: 'The session was ended at the media service, so the recording was stopped.',
    action: 'Ask your admin why, then begin a new recording.',
  },
  /** Either of them, where the service signed that it was deleted. */
  'session-deleted': {
    message: 'The session was deleted at the media service: the recording was stopped and erased here too.',
    action: 'Begin a new recording.',
  },
  /** `revocation-refused`, where what was stored was to be erased. */
  'erasure-refused': {
    message: 'It is erased here. The media service did not take it that you took your consent back.',
    action: 'Ask your admin to erase it there too.',
  },
  /** `not-authorised`, while what is kept waits. */
  'not-authorised-yet': {
    message: `${refused.message} What is kept here is safe.`,
    action: refused.action,
  },
} as const;
export type Meaning = keyof typeof MEANINGS;
export const MEANING_NAMES = Object.keys(MEANINGS) as [Meaning, ...Meaning[]];
