import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { Trial } from './service.ts';

/** What the service signed as this, by the keys that it publishes. Throws where it did not. */
export function verifiedBy(service: Trial, jws: string, typ: string) {
  const keys = createRemoteJWKSet(new URL(`${service.url}/.well-known/jwks.json`));
  // The service's time is the test's; what it signs here does not expire.
  return jwtVerify(jws, keys, { typ, algorithms: ['EdDSA'], currentDate: new Date(service.clock.now) });
}
