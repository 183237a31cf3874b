import type { Remedy } from './remedy.ts';

/** Copies of recordings, here and in stores of somebody else's. Whatever went wrong there, the recording here is untouched. */
export const DESTINATION_REMEDIES = {
  'copies-disk-low': {
    message:
      'The disk of the second copies has little room left, so none is made. The recording is safe here.',
    action:
      'Free some space there: a twentieth of the disk, 1 GB at most, stays free. Then it goes on by itself, within the hour.',
    retryable: true,
    http: 507,
    exit: 1,
  },
  'destination-unreachable': {
    message: 'The destination does not answer. The recording is safe here.',
    action: 'A copy is sent again by itself; a test is not. If it stays, check address and network.',
    retryable: true,
    http: 502,
    exit: 1,
  },
  'destination-refused': {
    message: 'The destination does not take the recording. It is safe here.',
    action:
      'Check credentials, their permissions, the bucket, container or directory, and the certificate or host key.',
    retryable: false,
    http: 502,
    exit: 1,
  },
  'destination-mismatch': {
    message: 'What lies at the destination is not what was sent. The recording is safe here.',
    action: 'It was removed there and is sent again. If it stays, check the store and what lies in between.',
    retryable: true,
    http: 502,
    exit: 1,
  },
  'destination-stopped': {
    message: 'The copy was stopped before it was complete. The recording is safe here.',
    action: 'Send it again; nothing half is left at the destination.',
    retryable: true,
    http: 503,
    exit: 1,
  },
  'credentials-invalid': {
    message: 'The credentials do not have the form that this kind of destination takes.',
    action: 'Compare them with the fields that the documentation lists for this kind.',
    retryable: false,
    http: 422,
    exit: 2,
  },
  'credentials-too-long': {
    message: 'The credentials are longer than this service takes.',
    action: 'Shorten them, or ask whoever runs the service to raise TALLYLIGHT_CREDENTIALS_MAX.',
    retryable: false,
    http: 422,
    exit: 2,
  },
  'credentials-missing': {
    message: 'Another place takes its credentials with it.',
    action: 'Send the credentials, too: those of the place before are never taken to another.',
    retryable: false,
    http: 422,
    exit: 2,
  },
  'destination-forbidden': {
    message: 'Copies are not sent to this address.',
    action:
      'Use an address that the internet can reach, or allow this one with TALLYLIGHT_DESTINATION_ALLOW.',
    retryable: false,
    http: 422,
    exit: 2,
  },
  'destination-unset': {
    message: 'This collection has no destination for copies.',
    action: 'Set one with PUT /collection/{c}/destination, or on the page Copies of the console.',
    retryable: false,
    http: 404,
    exit: 1,
  },
} as const satisfies Record<string, Remedy>;
