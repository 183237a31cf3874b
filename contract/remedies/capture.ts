import type { Remedy } from './remedy.ts';

/** What stands in the way of capturing: devices, ffmpeg, permission and consent. */
export const CAPTURE_REMEDIES = {
  // Channels and devices
  'channel-unknown': {
    message: 'That channel does not exist on this machine.',
    action: 'List the channels with `tallylight devices` and choose one of those.',
    retryable: false,
    http: 422,
    exit: 5,
  },
  'device-gone': {
    message: 'The device is no longer there.',
    action: 'Plug it in again, or choose another device.',
    retryable: true,
    http: 409,
    exit: 5,
  },
  'device-moved': {
    message: 'The sound server moved the recording to another device, so it was begun anew on the right one.',
    action: 'Nothing is to be done; it happens when devices come and go.',
    retryable: true,
    http: 409,
    exit: 5,
  },
  'device-failed': {
    message: 'The device could not be opened or stopped delivering.',
    action: 'Check that no other program holds it, then try again.',
    retryable: true,
    http: 409,
    exit: 5,
  },
  'channel-lost': {
    message: 'A channel stopped and could not be started again. What it recorded so far is safe.',
    action: 'Check the device, then stop and start a new recording.',
    retryable: false,
    http: 409,
    exit: 5,
  },
  'device-busy': {
    message: 'Another program holds the device.',
    action: 'Close the other program, or choose another device.',
    retryable: true,
    http: 409,
    exit: 5,
  },
  'display-locked': {
    message:
      'The display cannot be recorded while the screen is locked or the system asks for a confirmation.',
    action: 'Unlock the screen or answer the question; recording then goes on by itself.',
    retryable: true,
    http: 409,
    exit: 5,
  },
  'channel-silent': {
    message: 'The microphone gives nothing but digital silence.',
    action: 'See whether it is muted, by a key, a switch or in the system settings.',
    retryable: true,
    http: 409,
    exit: 5,
  },
  'channel-black': {
    message: 'The picture of this display is all black.',
    action:
      'See that the display is awake and that the system allows screen recording; quit and reopen Tallylight after a change.',
    retryable: true,
    http: 409,
    exit: 5,
  },
  'channel-frozen': {
    message: 'The picture of this display does not change although the pointer moves on it.',
    action: 'Pause and resume; if it stays, choose the display again.',
    retryable: true,
    http: 409,
    exit: 5,
  },
  'platform-not-yet': {
    message: 'Capture on this operating system is not built yet.',
    action: 'Use Linux with X11, macOS or Windows.',
    retryable: false,
    http: 501,
    exit: 5,
  },
  'display-server-missing': {
    message: 'No display was found that can be captured.',
    action: 'Start from a graphical session; on Linux one with X11, with DISPLAY set.',
    retryable: false,
    http: 409,
    exit: 5,
  },
  'sound-server-missing': {
    message: 'PulseAudio or PipeWire does not answer, so no sound can be captured.',
    action: 'Start the sound server, or set PULSE_SERVER, and see that `pactl info` answers.',
    retryable: true,
    http: 409,
    exit: 5,
  },
  'microphone-missing': {
    message: 'No microphone was found.',
    action: 'Plug one in, or see that it is not switched off in the system settings.',
    retryable: true,
    http: 409,
    exit: 5,
  },
  'system-audio-elsewhere': {
    message: 'System audio cannot be captured from here on this operating system.',
    action: 'Use the Tallylight app for it; microphones and displays can be captured from here.',
    retryable: false,
    http: 409,
    exit: 5,
  },
  // ffmpeg
  'ffmpeg-missing': {
    message: 'ffmpeg was not found.',
    action:
      'Install ffmpeg (Debian, Ubuntu: `apt-get install ffmpeg`), or set TALLYLIGHT_FFMPEG to its path.',
    retryable: false,
    http: 500,
    exit: 1,
  },
  'ffmpeg-too-old': {
    message: 'The ffmpeg that was found is too old.',
    action: 'Install ffmpeg 4.4 or newer, or set TALLYLIGHT_FFMPEG to a newer one.',
    retryable: false,
    http: 500,
    exit: 1,
  },
  'ffmpeg-lacks-device': {
    message: 'The ffmpeg that was found cannot read this kind of device.',
    action: 'Install a full build of ffmpeg, or set TALLYLIGHT_FFMPEG to one.',
    retryable: false,
    http: 500,
    exit: 1,
  },
  // Permission and consent
  'consent-missing': {
    message: 'Nothing was captured: nobody agreed to this recording.',
    action: 'Read what would be captured and agree to it first.',
    retryable: false,
    http: 403,
    exit: 3,
  },
  'permission-denied': {
    message: 'The operating system does not let Tallylight use this device.',
    action: 'Allow it in the system settings for privacy, then try again.',
    retryable: false,
    http: 403,
    exit: 3,
  },
  'policy-forbids': {
    message: 'The policy of your organisation does not allow this choice for this channel.',
    action: 'Choose another mode for this channel, or ask your admin.',
    retryable: false,
    http: 403,
    exit: 3,
  },
  'policy-untrusted': {
    message: 'The policy of your organisation could not be verified, so nothing is recorded under it.',
    action: 'Ask your admin whether the key of the media service was changed, and what it is now.',
    retryable: false,
    http: 409,
    exit: 3,
  },
  'consent-revoked': {
    message: 'The consent to this channel was taken back.',
    action: 'Begin a new recording if you want to record it again.',
    retryable: false,
    http: 403,
    exit: 3,
  },
  'session-too-long': {
    message: 'The recording has reached the longest time that your organisation allows.',
    action: 'Begin a new recording. What was recorded is kept as agreed.',
    retryable: false,
    http: 403,
    exit: 3,
  },
} as const satisfies Record<string, Remedy>;
