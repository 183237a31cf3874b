import { EN } from '../../../contract/spoken/en.ts';
import { pluralIn } from '../plural.ts';

const of = pluralIn('en');

/** What is said of a channel: while it is chosen, captured, and when it is over. */
export const channels = {
  /** What main calls channels that the system has no name of its own for. */
  channel: EN.channel,
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
    dropped: (parts: string, count: number) => `${parts} ${of(count, 'part', 'parts')} skipped`,
    takeEnded: (take: string, time: string) => `take ${take} ended ${time}`,
    nothing: 'nothing captured yet',
    gaps: (gaps: string, count: number, duration: string) =>
      `${gaps} ${of(count, 'gap', 'gaps')}, ${duration}`,
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
} as const;
