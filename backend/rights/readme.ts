/** What the archive says of itself to whoever opens it, now or in ten years. */
export function readmeOf(of: {
  readonly id: string;
  readonly at: string;
  readonly service: string;
  readonly sessions: number;
  readonly isKnown: boolean;
}): string {
  const held = of.isKnown
    ? `Sessions that are held: ${of.sessions}.`
    : 'Nothing is held of this person: no session, no recording, no entry of the audit log.';
  return `Everything that the media service at ${of.service} holds of one person
Request ${of.id}, ${of.at}

${held}

sessions/ID/session.json   the session: who, when, its channels, its policy, and what the recorder said it made
sessions/ID/streams.json   the channels as they were sent, stored or live only; live only means nothing was kept
sessions/ID/consent.jws    the consent receipt, signed by the recorder and countersigned by the service (RFC 7515)
sessions/ID/consent.json   the same, to be read
sessions/ID/recorder.jws   what the recorder said it made, signed by it
sessions/ID/delivery.jws   the service's signed receipt for what it held when the session was complete: digests of every channel
                           and file, and of recorder.jws
sessions/ID/delivery.json  the same, to be read
sessions/ID/copies.json    where copies of the media may lie elsewhere, whole or in part, in stores of whoever asked for the recording
sessions/ID/recordings/    the media, one MP4 (ISO/IEC 14496-12) per channel and part, each with its .sha256
requests.json              what was asked for in their name before: access and erasure
audit.jsonl                who did what with it and when, one entry a line, each media read included
jwks.json                  the public keys of the service (RFC 7517)
SHA256SUMS                 the digests of all files above
manifest.jws               the digest of SHA256SUMS, signed by the service (RFC 7515, typ tallylight-access+jwt)

A part that could not be read whole is named in a .damaged.txt in its place.

To check the files:      sha256sum -c SHA256SUMS
To check the signature:  verify manifest.jws with jwks.json (EdDSA), and compare its sha256sums with
                         the output of: sha256sum SHA256SUMS
`;
}
