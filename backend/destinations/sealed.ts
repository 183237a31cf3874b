import { open, seal } from '../secrets/seal.ts';

/** Every destination has a key of its own, so that what is sealed for one opens for no other. */
const CONTEXT = 'tallylight destination credentials 1';

/** The JSON text of credentials under the key of their destination: AES-256-GCM, base64. */
export function sealCredentials(key: Uint8Array, text: string): string {
  return seal(key, Buffer.from(text), CONTEXT).toString('base64');
}

/** The text in memory that can be wiped; undefined where key or sealed text is another. */
export function openCredentials(key: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  return open(key, sealed, CONTEXT);
}
