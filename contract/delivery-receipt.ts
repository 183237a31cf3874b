import { z } from 'zod';
import { sessionId, sha256Hex } from './fragment.ts';
import { manifestChannel, stopSessionRequest } from './wire.ts';

/** Header `typ` of the manifest as the client signs it (JWS, ES256, with its public key in `jwk`). */
export const MANIFEST_TYP = 'tallylight-manifest+jwt';
/** Header `typ` of the service's receipt for what it holds of a session (EdDSA). */
export const DELIVERY_TYP = 'tallylight-delivery+jwt';

/** What the client signs when it stops: what it says in the request, of which session, and when. */
export const manifestClaims = stopSessionRequest.omit({ manifest_jws: true }).extend({
  session_id: sessionId,
  /** Unix time in seconds, by the clock of the client. */
  iat: z.int(),
});
export type ManifestClaims = z.infer<typeof manifestClaims>;

/** One stored channel as the service holds it: in the words of the manifest, with the files that were made of it. */
export const deliveredChannel = manifestChannel.omit({ dropped: true, fingerprint: true }).extend({
  videos: z.array(z.object({ id: z.string(), bytes: z.int().min(0), sha256: sha256Hex })),
});
export type DeliveredChannel = z.infer<typeof deliveredChannel>;

/**
 * What the service signs when it holds all of a session durably. It names no person. A channel that was erased by then, or
 * was never to be kept, is not listed.
 */
export const deliveryClaims = z.object({
  session_id: sessionId,
  channels: z.array(deliveredChannel),
  /** SHA-256 of the manifest as the client signed it (compact JWS); null where the client cannot sign (`bearerClients`). */
  manifest_sha256: sha256Hex.nullable(),
  /** Unix time in seconds. */
  iat: z.int(),
});
export type DeliveryClaims = z.infer<typeof deliveryClaims>;
