/** What is wrong, or may become so, and what helps. */
export const notes = {
  note: {
    details: 'Details',
    undelivered: (duration: string) => `Not delivered yet: ${duration}.`,
    offline: 'No connection to the media service.',
    offlineSince: (time: string) => `No connection to the media service since ${time}.`,
    keptHere: 'It is kept here, encrypted, and sent when the connection is back.',
    liveLost: 'What is live only is not delivered meanwhile, and not kept.',
    settingsAside: {
      message: 'Your settings could not be read, so they are as they were to begin with.',
      action: (file: string) => `The file is still there, as ${file}.`,
    },
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
} as const;
