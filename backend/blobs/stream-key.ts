import type { Keyring } from '../secrets/keyring.ts';
import type { SessionRecord, StreamRecord } from '../store/records.ts';

/** The key that seals the media of a stream. Throws where it was destroyed. */
export function streamKey(
  keyring: Keyring,
  session: Pick<SessionRecord, 'id' | 'wrappedKey'>,
  stream: Pick<StreamRecord, 'id' | 'wrappedKey'>,
): Uint8Array {
  if (stream.wrappedKey !== null) return keyring.unwrap({ kind: 'stream', id: stream.id }, stream.wrappedKey);
  // From before streams had keys of their own.
  return keyring.unwrap({ kind: 'session', id: session.id }, session.wrappedKey);
}
