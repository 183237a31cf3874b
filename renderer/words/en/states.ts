import { EN } from '../../../contract/spoken/en.ts';
import { pluralIn } from '../plural.ts';

const of = pluralIn('en');

/** What the state is called and said to be, in the window and to who listens. */
export const states = {
  product: 'Tallylight',
  lamp: { ...EN.lamp, unknown: 'No answer' },
  /** The same lamp where only text fits: the title of the window. */
  lampSign: { live: '●', paused: '❚❚', trouble: '◌', off: '○', unknown: '◌' },
  kind: { mic: 'Microphone', system_audio: EN.channel.systemAudio, display: EN.channel.display },
  mode: { off: 'Off', live: 'Live only', keep: 'Keep' },

  seeking: { fact: 'One moment', sentence: 'Looking for Tallylight on this device.' },
  lost: {
    fact: 'No answer',
    sentence: 'Tallylight does not answer. If you closed it, nothing is being captured.',
    unknown:
      'If it is still running, this window cannot know whether anything is being captured. It keeps trying, and shows the lamp again as soon as there is an answer.',
  },
  idle: {
    fact: 'Ready',
    sentence: 'Nothing is being captured. Choose what to capture and what to keep.',
    policy: (organisation: string, version: string) => `${organisation} · policy ${version}`,
  },
  consenting: { fact: 'Ready', sentence: 'You agreed. The terms are being checked; no device is open yet.' },
  starting: {
    fact: 'Starting',
    sentence: 'Opening the devices. The lamp turns on with the first sound or picture.',
  },
  recording: {
    started: (time: string) => `Started ${time}`,
    paused: (duration: string) => `paused ${duration} in all`,
    nothing: 'Nothing arrives from the devices at the moment.',
  },
  paused: {
    /** By what paused it, which may also end it. */
    sentence: {
      person: 'Devices released. Nothing is captured until you resume.',
      'no-window': 'Devices released, as no window showed the lamp. Nothing is captured until you resume.',
      sleep: 'Devices released. Nothing is captured until this computer wakes; then it goes on by itself.',
      lock: 'Devices released. Nothing is captured until you unlock the screen; then it goes on by itself.',
    },
    releasing: 'Releasing the devices.',
  },
  stopping: { fact: 'Stopping', sentence: 'Closing the devices and finishing the last seconds.' },
  delivering: {
    fact: 'Delivering',
    left: (duration: string) => `${duration} left to deliver.`,
    confirming: 'Everything is sent. Waiting for the service to confirm it.',
    confirmingRest: 'Everything that the service takes is sent. Waiting for it to confirm that.',
    safe: 'Capture has ended. Everything you chose to keep is safe here, encrypted, until the service has it.',
    leave:
      'You can close this window. What is left is sent when there is a connection, or at the next start.',
    progress: 'Delivered',
    amount: (delivered: string, all: string) => `${delivered} of ${all}`,
  },
  complete: {
    fact: 'Complete',
    sentence: (duration: string) => `${duration} recorded. Nothing is being captured.`,
    nothing: 'Nothing was kept.',
    kept: (names: string, organisation: string, count: number) =>
      `${names} ${of(count, 'is', 'are')} kept by ${organisation}.`,
    keptSomewhere: (names: string, count: number) => `${names} ${of(count, 'is', 'are')} kept.`,
    verified: 'The service verified every part and signed for it.',
    verifiedOf: (names: string) => `The service verified every part of ${names} and signed for it.`,
    unverified: (delivered: string, all: string) => `The service verified ${delivered} of ${all}.`,
    gone: (names: string, count: number) =>
      `${names} ${of(count, 'was', 'were')} live only and ${of(count, 'is', 'are')} gone.`,
    revoked: (names: string) => `You took your consent back for ${names}.`,
    purged: 'The copy on this device is removed.',
    purgedOf: (names: string) => `The copy of ${names} on this device is removed.`,
    stays: 'An encrypted copy stays on this device.',
    cut: (name: string, delivered: string, all: string) =>
      `The service took ${delivered} of ${all} of ${name}, and no more. The rest is kept here, encrypted.`,
  },
  failed: {
    fact: 'Stopped early',
    sentence: 'The recording could not go on. Nothing is being captured.',
    safe: 'What is safe',
    nothing: 'Nothing had been recorded yet.',
  },
  /** Where a sentence would say that nothing is captured while the lamp says otherwise. */
  stillLive: 'Something is still live.',
  /** macOS, before the first device opens: see screen-probe.ts of main. */
  looking:
    'Your screen is looked at for a moment, to see whether the system shows it. Nothing of it is kept or sent.',

  /** In the last minutes before the longest time that the policy allows. */
  ending: {
    left: (time: string) => `Ends by itself in ${time}.`,
    announce: (minutes: string) => `It ends by itself in ${minutes} minutes or less.`,
  },
  counts: {
    kept: (count: string) => `${count} kept`,
    live: (count: string) => `${count} live only`,
  },

  action: {
    'session.agree': { ready: 'Agree and start', busy: 'Starting' },
    'session.pause': { ready: 'Pause', busy: 'Pausing' },
    'session.resume': { ready: 'Resume', busy: 'Resuming' },
    'session.stop': { ready: 'Stop', busy: 'Stopping' },
    'session.renew': { ready: 'New recording', busy: 'Preparing' },
  },
  actions: 'Actions',
  announce: {
    idle: 'Ready. Nothing is being captured.',
    live: (counts: string) => `Live. ${counts}.`,
    still: 'Recording, but nothing arrives.',
    trouble: 'Recording, but something needs a look.',
    paused: {
      person: 'Paused. Nothing is captured until you resume.',
      'no-window': 'Paused. Nothing is captured until you resume.',
      sleep: 'Paused. Nothing is captured until this computer wakes; then it goes on by itself.',
      lock: 'Paused. Nothing is captured until you unlock the screen; then it goes on by itself.',
    },
    delivering: 'Stopped. What you chose to keep is being delivered.',
    complete: 'Complete. Nothing is being captured.',
    failed: 'Stopped early. Nothing is being captured.',
    lost: 'Tallylight does not answer.',
    offline: 'No connection to the media service.',
    revoked: (names: string) => `Consent taken back: ${names}.`,
  },
  keys: { mac: (letter: string) => `⌘⇧${letter}`, other: (letter: string) => `Ctrl+Shift+${letter}` },
  units: { hours: 'h', minutes: 'min', seconds: 's' },
} as const;
