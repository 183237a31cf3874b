import { pluralIn } from '../plural.ts';

const of = pluralIn('en');

/** What one agrees to, and what is asked after a crash. */
export const consent = {
  terms: {
    title: 'What you agree to',
    agreed: 'What you agreed to',
    asks: 'Who asks',
    purpose: 'What for',
    retention: 'How long',
    nothingKept: 'Nothing is kept',
    days: (days: string, count: number) => `${days} ${of(count, 'day', 'days')}`,
    forever: 'Until somebody deletes it',
    recipients: 'Who gets it',
    nobody: (organisation: string) => `Nobody besides ${organisation}`,
    here: 'On this device',
    stays: 'An encrypted copy stays here',
    purged: 'The encrypted copy is removed once the service has it',
    longest: 'Longest time',
    minutes: (minutes: string, count: number) => `${minutes} ${of(count, 'minute', 'minutes')}`,
    hours: (hours: string) => `${hours} hours`,
    endsAfter: (duration: string) => `Ends by itself after ${duration}, pauses included`,
    key: 'Its key',
    loading: 'Asking the media service what it is for, who gets it and how long it is kept.',
    missing: 'The media service has not said what it is for, who gets it and how long it is kept.',
    untrusted:
      'What it is for, who gets it and how long it is kept is not shown, as it could not be verified.',
  },
  summary: {
    kept: (names: string) => `${names} will be kept.`,
    live: (names: string, count: number) =>
      `${names} ${of(count, 'is', 'are')} live only and never written to a disk.`,
    nothingKept: 'Nothing will be kept.',
    follows: {
      mic: (name: string) => `${name} (whichever it is)`,
      system_audio: (name: string) => `${name} (whichever device plays it)`,
    },
  },
  blocked: {
    chosen: 'Choose Live only or Keep for at least one channel.',
    channels: 'There is nothing to capture. Connect a device and look again.',
    loading: 'The terms are on their way. You can agree when you have read them.',
    trouble: 'The terms could not be read, so there is nothing to agree to yet.',
    untrusted: 'The terms could not be verified, so there is nothing to agree to.',
  },

  recovered: (duration: string, recording: string) =>
    `Recovered ${duration} of ${recording}: it had been cut off.`,
  recordingOf: (title: string | null, when: string) =>
    title === null ? `the recording of ${when}` : `“${title}” of ${when}`,
  interrupted: {
    title: 'Go on recording?',
    cutOff: (recording: string, time: string, duration: string) =>
      `Tallylight ended unexpectedly at ${time}, in the middle of ${recording}. ${duration} of it are kept here. Nothing has been captured since.`,
    /** What the press is the consent to: what was agreed to when it began, and no more. */
    again: {
      keep: (names: string) => `Kept, as you agreed when it began: ${names}.`,
      live: (names: string) => `Live only, as you agreed when it began: ${names}.`,
      off: (names: string) => `Stays off, as it is gone or not allowed any more: ${names}.`,
    },
    until: (time: string) =>
      `The time in between stays a gap. If you do nothing, the recording is finished and delivered at ${time}.`,
    goOn: { ready: 'Go on', busy: 'Starting' },
    finish: { ready: 'Finish and deliver it', busy: 'Finishing' },
  },
  pending: (recordings: string, count: number) =>
    `${recordings} earlier ${of(count, 'recording is', 'recordings are')} still being sent.`,
} as const;
