import type { Result } from '../../contract/result.ts';
import type { Place } from '../store/records.ts';

/** In front of every id of a session. */
export const SESSION_PREFIX = 'cap-';

/** Whether a name can be the id of a session: only what has such a name is ours to remove. */
export function isSessionName(name: string): boolean {
  return name.startsWith(SESSION_PREFIX) && /^[\w-]+$/.test(name);
}

/** Which fragment a blob holds; it is authenticated with the content, so that blobs cannot be swapped. */
export type BlobOf = Place & { readonly sessionId: string; readonly streamId: string };

/** Where the bytes of stored fragments are kept, always encrypted with the key of their session. */
export type Blobs = {
  /** Durable when it resolves. Answers the name to ask for it by, `disk-full`, or `service-failed` where the store does not answer. */
  write(of: BlobOf, key: Uint8Array, bytes: Uint8Array): Promise<Result<string>>;
  /** `vault-damaged` where the blob is missing or not what was written, `service-failed` where nobody can say now. */
  read(of: BlobOf, name: string, key: Uint8Array): Promise<Result<Uint8Array>>;
  /** The bytes as they are kept, which say nothing without the key; undefined: there are none. For a backup. */
  readSealed(of: BlobOf, name: string): Promise<Uint8Array | undefined>;
  /** Puts such bytes back under their name, durable when it resolves. Errors as those of `write`. */
  writeSealed(of: BlobOf, name: string, sealed: Uint8Array): Promise<Result<void>>;
  /** Removing what is not there is no failure: a removal that was cut short is simply repeated. Throws where it cannot be removed now. */
  remove(of: BlobOf, name: string): Promise<void>;
  /** Of all that is kept of a stream, unfinished files included. */
  names(sessionId: string, streamId: string): Promise<string[]>;
  removeStream(sessionId: string, streamId: string): Promise<void>;
  removeSession(sessionId: string): Promise<void>;
  /** Sessions of which anything is kept; whatever else lies there is somebody else's. */
  sessionIds(): Promise<string[]>;
};
