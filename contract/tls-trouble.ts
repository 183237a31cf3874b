import type { ErrorCode } from './errors.ts';

const TLS_TROUBLES = [
  'certificate-untrusted',
  'certificate-expired',
  'certificate-foreign',
  'tls-too-old',
] as const satisfies readonly ErrorCode[];
export type TlsTrouble = (typeof TLS_TROUBLES)[number];

/** Whether nothing was sent because the other side's TLS does not hold: somebody has to mend it. */
export function isTlsTrouble(code: ErrorCode): code is TlsTrouble {
  return (TLS_TROUBLES as readonly ErrorCode[]).includes(code);
}

/** By the names of X509_V_ERR and of OpenSSL's reasons, as Node and Electron give them. */
const TROUBLES: Readonly<Record<string, TlsTrouble>> = {
  CERT_HAS_EXPIRED: 'certificate-expired',
  CERT_NOT_YET_VALID: 'certificate-expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-foreign',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'tls-too-old',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'tls-too-old',
  ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY: 'tls-too-old',
  ERR_SSL_VERSION_TOO_LOW: 'tls-too-old',
};
/** Every other word on a certificate is against it: self-signed, of nobody we know, revoked, damaged. */
const CERTIFICATE = /CERT|SIGNATURE|ISSUER/;

/** What OpenSSL says where Node knows no more than EPROTO, as it was writing when the alert came. */
const OLD = /alert protocol version|unsupported protocol/;

/** What a connection failed of, where it was TLS: the other side is not who it should be, or not safe. */
export function tlsTroubleOf(code: string, message: string): TlsTrouble | undefined {
  if (code === 'EPROTO') return OLD.test(message) ? 'tls-too-old' : undefined;
  return TROUBLES[code] ?? (CERTIFICATE.test(code) ? 'certificate-untrusted' : undefined);
}
