import type { Remedy } from './remedy.ts';

/** Between client and service: sessions, who may do what, delivery. */
export const SERVICE_REMEDIES = {
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
  'code-refused': {
    message: 'The code of this link does not count any more.',
    action: 'Codes serve once and not for long. Ask for a new link where this one came from.',
    retryable: false,
    http: 410,
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
      'What was held is deleted. It is not signed for yet: another program reads the database and keeps an old state of it, or the backups cannot be reached.',
    action:
      'End that program, or mount the disk of the backups. The erasure is finished and signed by itself within the hour.',
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
  'database-unreachable': {
    message: 'The database of TALLYLIGHT_DATABASE_URL does not answer, or lets nobody in.',
    action: 'Check that it runs, and the address, name and password of that variable. Then start again.',
    retryable: true,
    http: 503,
    exit: 1,
  },
  'master-key-wrong': {
    message: 'The master key at hand is not the one of this service. Nothing was changed.',
    action:
      'Name the right one in TALLYLIGHT_MASTER_KEY, TALLYLIGHT_MASTER_KEY_FILE or TALLYLIGHT_MASTER_KEY_COMMAND, or put the file master.key back into the data folder.',
    retryable: false,
    http: 500,
    exit: 1,
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
    action:
      'Get a new token from your backend: one serves one run of a client. Developers: send a fresh DPoP proof (RFC 9449) of its key.',
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
  'certificate-untrusted': {
    message:
      'The certificate of the other side is of no authority that this machine trusts. Nothing was sent.',
    action:
      'Ask whoever runs it for a certificate of a public authority. If the authority is your own, name the file with its certificate in TALLYLIGHT_CA_FILE.',
    retryable: true,
    http: 502,
    exit: 1,
  },
  'certificate-expired': {
    message: 'The certificate of the other side is not valid at this time. Nothing was sent.',
    action: 'Ask whoever runs it to renew the certificate, and check the clock of this machine.',
    retryable: true,
    http: 502,
    exit: 1,
  },
  'certificate-foreign': {
    message: 'The certificate of the other side belongs to another name than the address. Nothing was sent.',
    action: 'Check the address. If it is right, ask whoever runs it for a certificate of that name.',
    retryable: true,
    http: 502,
    exit: 1,
  },
  'tls-too-old': {
    message: 'The other side offers only an old TLS that does not protect. Nothing was sent.',
    action: 'Ask whoever runs it to offer TLS 1.2 or newer.',
    retryable: true,
    http: 502,
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
  'delivery-unnoted': {
    message: 'It is delivered, and that could not be noted here, as the disk is full.',
    action:
      'Free some space. It is noted when the app is started next, or by `tallylight deliver` with a new token for this session; nothing is sent twice. Until then it is listed as only here, and as cut off where its end could not be noted either.',
    retryable: true,
    http: 507,
    exit: 1,
  },
  'receipt-untrusted': {
    message:
      'The media service did not sign for this recording as it is kept here. Nothing of it is removed.',
    action:
      'It is asked again at the next start. If it stays so, ask whoever runs the media service, and your admin.',
    retryable: true,
    http: 502,
    exit: 6,
  },
  'revocation-refused': {
    message: 'Your consent is taken back here. The media service did not take it.',
    action: 'Ask your admin to end it there, and to erase what was to be erased.',
    retryable: false,
    http: 409,
    exit: 1,
  },
} as const satisfies Record<string, Remedy>;
