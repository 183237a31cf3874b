/** The language of these words (BCP 47). A receipt says which one its text is in. */
export const WORDS_LOCALE = 'en';

/** Every word a person reads, and nothing else; numbers, dates and lists are made in view/format.ts. */
export const words = {
  product: 'Tallylight',
  lamp: { live: 'Live', paused: 'Paused', trouble: 'Needs a look', off: 'Off', unknown: 'No answer' },
  /** The same lamp where only text fits: the title of the window. */
  lampSign: { live: '●', paused: '❚❚', trouble: '◌', off: '○', unknown: '◌' },
  kind: { mic: 'Microphone', system_audio: 'System audio', display: 'Display' },
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
      `${names} ${count === 1 ? 'is' : 'are'} kept by ${organisation}.`,
    keptSomewhere: (names: string, count: number) => `${names} ${count === 1 ? 'is' : 'are'} kept.`,
    verified: 'The service verified every part and signed for it.',
    verifiedOf: (names: string) => `The service verified every part of ${names} and signed for it.`,
    unverified: (delivered: string, all: string) => `The service verified ${delivered} of ${all}.`,
    gone: (names: string, count: number) =>
      `${names} ${count === 1 ? 'was' : 'were'} live only and ${count === 1 ? 'is' : 'are'} gone.`,
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

  channels: {
    follow: 'Change to another device when the system’s default changes',
    choose: 'What to capture',
    title: 'Channels',
    look: 'Look again',
    looking: 'Looking',
    none: 'No microphone, display or system audio was found on this device.',
    level: (name: string) => `Level of ${name}`,
    decibels: (db: string) => `${db} dB`,
    noLevel: 'No level yet',
  },
  locked: {
    /** By the modes that the policy leaves, whichever of its rules that is. */
    forbidden: (by: string) => `not recorded here, by ${by}`,
    ephemeral: (by: string) => `may only be passed on live, by ${by}`,
    stored: (by: string) => `is kept whenever it is recorded, by ${by}`,
    policyOf: (organisation: string) => `policy of ${organisation}`,
    policy: 'policy',
  },
  line: {
    kept: 'Kept',
    keptBytes: (size: string) => `Kept · ${size}`,
    live: 'Live only',
    starting: 'Starting',
    reconnecting: 'Reconnecting',
    lost: 'Stopped',
    revoked: 'Taken back',
    revokedDetail: 'you took your consent back',
    nothingMore: 'nothing more of it is captured',
    trouble: 'Needs a look',
    keptSoFar: (size: string) => `${size} kept`,
    delivered: 'all delivered',
    undelivered: (duration: string) => `${duration} not yet delivered`,
    cut: (size: string) => `the service took ${size} of it`,
    onlyHere: 'the rest is kept here',
    verified: 'verified by the service',
    pixels: (width: string, height: string) => `${width} × ${height}`,
    rate: (frames: string) => `${frames} fps`,
    noDisk: 'nothing on disk',
    gone: 'gone, never on a disk',
    dropped: (parts: string, count: number) => `${parts} ${count === 1 ? 'part' : 'parts'} skipped`,
    takeEnded: (take: string, time: string) => `take ${take} ended ${time}`,
    nothing: 'nothing captured yet',
    gaps: (gaps: string, count: number, duration: string) =>
      `${gaps} ${count === 1 ? 'gap' : 'gaps'}, ${duration}`,
    gapsBecause: (gaps: string, reason: string) => `${gaps}: ${reason}`,
  },
  gap: {
    of: { mic: 'the microphone', system_audio: 'the sound output', display: 'the display' },
    because: {
      'device-gone': (device: string) => `${device} was unplugged`,
      'device-moved': (device: string) => `the sound system took ${device} elsewhere`,
      'device-failed': (device: string) => `${device} stopped delivering`,
      'device-busy': (device: string) => `another program held ${device}`,
      'permission-denied': (device: string) => `the system did not allow ${device}`,
      'channel-silent': (device: string) => `${device} gave only silence`,
      'channel-black': () => 'the picture was black',
      'channel-frozen': () => 'the picture stood still',
      'microphone-missing': () => 'there was no microphone',
      'sound-server-missing': () => 'the sound system did not answer',
      'display-server-missing': () => 'the screen could not be reached',
      'default-changed': () => 'the system changed to another device',
      'display-changed': () => 'the display changed',
      'clock-stepped': () => 'the clock of this computer was set',
      'cut-off': () => 'Tallylight had ended unexpectedly',
    },
  },
  revoke: {
    open: 'Take consent back',
    /** Continues `open` for who hears it without seeing the row. */
    of: (name: string) => ` for ${name}`,
    stop: { ready: 'Stop this channel', busy: 'Stopping it' },
    erase: { ready: 'Stop it and erase what was stored of it', busy: 'Erasing it' },
    means: {
      live: 'Nothing more of it is captured or passed on.',
      keep: 'Nothing more of it is captured or delivered. What was stored before stays as agreed.',
      delivering: 'Nothing more of it is delivered. What was stored before stays as agreed.',
      erase:
        'It is erased here, and at the media service as soon as it can be reached. Nobody can open it again then.',
    },
    others: 'The other channels go on.',
  },
  /** In the last minutes before the longest time that the policy allows. */
  ending: {
    left: (time: string) => `Ends by itself in ${time}.`,
    announce: (minutes: string) => `It ends by itself in ${minutes} minutes or less.`,
  },
  counts: {
    kept: (count: string) => `${count} kept`,
    live: (count: string) => `${count} live only`,
  },

  terms: {
    title: 'What you agree to',
    agreed: 'What you agreed to',
    asks: 'Who asks',
    purpose: 'What for',
    retention: 'How long',
    nothingKept: 'Nothing is kept',
    days: (days: string, count: number) => `${days} ${count === 1 ? 'day' : 'days'}`,
    forever: 'Until somebody deletes it',
    recipients: 'Who gets it',
    nobody: (organisation: string) => `Nobody besides ${organisation}`,
    here: 'On this device',
    stays: 'An encrypted copy stays here',
    purged: 'The encrypted copy is removed once the service has it',
    longest: 'Longest time',
    minutes: (minutes: string, count: number) => `${minutes} ${count === 1 ? 'minute' : 'minutes'}`,
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
      `${names} ${count === 1 ? 'is' : 'are'} live only and never written to a disk.`,
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

  action: {
    'session.agree': { ready: 'Agree and start', busy: 'Starting' },
    'session.pause': { ready: 'Pause', busy: 'Pausing' },
    'session.resume': { ready: 'Resume', busy: 'Resuming' },
    'session.stop': { ready: 'Stop', busy: 'Stopping' },
    'session.renew': { ready: 'New recording', busy: 'Preparing' },
  },
  actions: 'Actions',

  note: {
    details: 'Details',
    undelivered: (duration: string) => `Not delivered yet: ${duration}.`,
    offline: 'No connection to the media service.',
    offlineSince: (time: string) => `No connection to the media service since ${time}.`,
    keptHere: 'It is kept here, encrypted, and sent when the connection is back.',
    liveLost: 'What is live only is not delivered meanwhile, and not kept.',
  },
  /** What an error means in the middle of a recording, where that is not what it means before one. */
  midway: {
    policy: {
      message: (by: string) =>
        `The ${by} changed and does not allow this any more. Nothing more of it is captured.`,
      action: 'To record it again, ask your admin.',
    },
    untrusted: {
      message: 'A new policy came that could not be verified.',
      action:
        'The recording goes on as agreed. Ask your admin whether the key of the media service was changed.',
    },
    revoked: 'You took your consent back, so the recording has ended.',
    token: {
      expired: 'The token for delivering has expired.',
      refused: 'The media service does not accept the token for delivering.',
      recording:
        'The recording goes on and is kept here, encrypted; it is delivered when your backend gives a new token.',
      liveLost:
        'The recording goes on. What is live only is not delivered until your backend gives a new token, and not kept.',
      delivering: 'It is kept here, encrypted, and delivered when your backend gives a new token.',
      stays: 'Ask your admin if this stays.',
    },
  },
  permission: {
    step: {
      ask: { ready: 'Let macOS ask', busy: 'macOS is asking' },
      settings: { ready: 'Open settings', busy: 'Opening settings' },
      reopen: { ready: 'Quit and reopen', busy: 'Finishing' },
    },
    finishes: 'The recording is finished first.',
    command: 'The line to run',
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
    `${recordings} earlier ${count === 1 ? 'recording is' : 'recordings are'} still being sent.`,

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
