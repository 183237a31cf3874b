/** What to tell and what to do for one error code. Without a remedy a code does not compile. */
export type Remedy = {
  /** For the person, in their words: what happened and what is safe. */
  readonly message: string;
  /** What to do next. */
  readonly action: string;
  /** Whether the same request can succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** Status where the error leaves over HTTP. */
  readonly http: number;
  /** Exit code of the command line (docs/architecture.md, "The command line"). */
  readonly exit: 1 | 2 | 3 | 4 | 5 | 6;
};

const remedies = {
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
  // Session
  'nothing-chosen': {
    message: 'No channel is chosen, so there is nothing to record.',
    action: 'Choose Live only or Keep for at least one channel.',
    retryable: false,
    http: 422,
    exit: 2,
  },
  'not-now': {
    message: 'That is not possible in the present state.',
    action: 'Look at the state shown and use one of the actions offered there.',
    retryable: false,
    http: 409,
    exit: 1,
  },
  'session-unknown': {
    message: 'The media service does not know this session.',
    action: 'Ask your backend for a new session.',
    retryable: false,
    http: 404,
    exit: 4,
  },
  'session-ended': {
    message: 'This session has ended.',
    action: 'Begin a new recording.',
    retryable: false,
    http: 409,
    exit: 1,
  },
  'stream-unknown': {
    message: 'The media service does not know this stream.',
    action: 'Start the session first and use the stream ids of its answer.',
    retryable: false,
    http: 404,
    exit: 1,
  },
  'video-unknown': {
    message: 'There is no such recording.',
    action: 'List the sessions and use an id from there.',
    retryable: false,
    http: 404,
    exit: 1,
  },
  'collection-unknown': {
    message: 'There is no such collection.',
    action: 'List the collections and use an id from there.',
    retryable: false,
    http: 404,
    exit: 1,
  },
  'key-unknown': {
    message: 'There is no such API key.',
    action: 'List the keys and use an id from there.',
    retryable: false,
    http: 404,
    exit: 1,
  },
  'erasure-waits': {
    message:
      'What was held is deleted. It is not signed for yet: another program reads the database and keeps an old state of it.',
    action:
      'End that program, a backup for example. The erasure is finished and signed by itself within the hour.',
    retryable: true,
    http: 503,
    exit: 1,
  },
  'event-unknown': {
    message: 'There is no such event.',
    action: 'List the dead letters and use an id from there.',
    retryable: false,
    http: 404,
    exit: 1,
  },
  'target-forbidden': {
    message: 'Events are not sent to this address.',
    action:
      'Use an https:// address that the internet can reach, or allow this one with TALLYLIGHT_WEBHOOK_ALLOW.',
    retryable: false,
    http: 422,
    exit: 2,
  },
  // Authorisation
  'not-authorised': {
    message: 'The key or token was not accepted.',
    action:
      'Ask your backend for a new token. It goes into TALLYLIGHT_TOKEN, or into the x-access-token header.',
    retryable: false,
    http: 401,
    exit: 4,
  },
  'token-expired': {
    message: 'The token has expired. What was recorded is safe here.',
    action: 'Ask your backend for a new token.',
    retryable: false,
    http: 401,
    exit: 4,
  },
  'token-foreign': {
    message: 'The token does not belong to this session.',
    action: 'Use the token that was issued for this session.',
    retryable: false,
    http: 403,
    exit: 4,
  },
  'out-of-scope': {
    message: 'The token does not allow this.',
    action: 'Do this from your backend, with an API key.',
    retryable: false,
    http: 403,
    exit: 4,
  },
  'proof-refused': {
    message: 'The token was shown without proof that it belongs to this client.',
    action: 'Send a fresh DPoP proof (RFC 9449) made with the key the token is bound to.',
    retryable: false,
    http: 401,
    exit: 4,
  },
  'role-missing': {
    message: 'The API key does not have the role that this takes.',
    action: 'Use a key with that role, or ask your admin for one.',
    retryable: false,
    http: 403,
    exit: 4,
  },
  'confirmation-missing': {
    message: 'Managing keys takes the admin password again.',
    action: 'Confirm with POST /user/confirm and send its answer in x-tallylight-confirmation.',
    retryable: false,
    http: 403,
    exit: 4,
  },
  'sign-in-refused': {
    message: 'Name and password do not belong together.',
    action: 'Try again, or set a new password with `tallylight backend admin password`.',
    retryable: false,
    http: 401,
    exit: 4,
  },
  'too-many-attempts': {
    message: 'There were too many attempts.',
    action: 'Wait as long as Retry-After says, then try again.',
    retryable: true,
    http: 429,
    exit: 4,
  },
  // Delivery and ingest
  'service-unreachable': {
    message: 'The media service does not answer.',
    action: 'Check the connection and the address. What is kept here is sent when it answers again.',
    retryable: true,
    http: 503,
    exit: 1,
  },
  'service-failed': {
    message: 'The media service answered in a way that cannot be used.',
    action: 'Try again; if it stays, ask whoever runs the media service.',
    retryable: true,
    http: 502,
    exit: 1,
  },
  'insecure-address': {
    message: 'The address of the media service is not protected by TLS.',
    action: 'Use an https:// address; plain http is allowed only for this machine itself.',
    retryable: false,
    http: 400,
    exit: 2,
  },
  'fragment-too-large': {
    message: 'A fragment is larger than the media service takes.',
    action: 'Record at a lower bitrate or in shorter fragments.',
    retryable: false,
    http: 413,
    exit: 1,
  },
  'fragment-out-of-order': {
    message: 'A fragment arrived before the one it follows.',
    action: 'Send the fragments of a stream in order, from the one the service expects next.',
    retryable: false,
    http: 409,
    exit: 1,
  },
  'fragment-conflict': {
    message: 'Another fragment is already held under this number.',
    action: 'Keep the local copy and tell whoever runs the media service.',
    retryable: false,
    http: 409,
    exit: 1,
  },
  'digest-mismatch': {
    message: 'What arrived is not what was sent.',
    action: 'Send it again; it was not kept.',
    retryable: true,
    http: 422,
    exit: 1,
  },
  'delivery-incomplete': {
    message: 'The recording is kept here, encrypted, and not yet delivered.',
    action: 'It is sent when the connection is back, or when the app starts again on this data folder.',
    retryable: true,
    http: 503,
    exit: 6,
  },
  'delivery-cut': {
    message: 'The media service takes no more of what was kept. What it did not take stays here, encrypted.',
    action: 'Ask your admin before you delete it: there is no other copy.',
    retryable: false,
    http: 409,
    exit: 6,
  },
  'revocation-refused': {
    message: 'Your consent is taken back here. The media service did not take it.',
    action: 'Ask your admin to end it there, and to erase what was to be erased.',
    retryable: false,
    http: 409,
    exit: 1,
  },
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
    action: 'Verify the recording to see which part; do not delete it before.',
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
  'recording-unknown': {
    message: 'There is no such recording on this device.',
    action: 'List the recordings with `tallylight recordings`.',
    retryable: false,
    http: 404,
    exit: 2,
  },
  'audit-broken': {
    message: 'The audit log was changed after it was written.',
    action: 'Keep a copy of it as it is and tell your admin.',
    retryable: false,
    http: 500,
    exit: 1,
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
  internal: {
    message: 'Something went wrong inside Tallylight. What was recorded is kept.',
    action: 'Try again; if it stays, report it with the details.',
    retryable: true,
    http: 500,
    exit: 1,
  },
} as const satisfies Record<string, Remedy>;

export type ErrorCode = keyof typeof remedies;

/** Every error code with its remedy: the one list that bridge, HTTP and command line share. */
export const REMEDIES: Readonly<Record<ErrorCode, Remedy>> = remedies;

export const ERROR_CODES = Object.keys(remedies) as [ErrorCode, ...ErrorCode[]];
