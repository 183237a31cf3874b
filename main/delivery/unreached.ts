/** By the code of the system, of TLS (OpenSSL's names) or of undici. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at this address',
  ENOTFOUND: 'no machine of this name is known',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  UND_ERR_SOCKET: 'the connection broke off',
  ETIMEDOUT: 'no answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'no answer in time',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
};
const CERTIFICATE = /CERT|SIGNATURE|ISSUER/;

/** Why a request did not get through, in words, without addresses of ours or anybody's token. */
export function unreachedBecause(error: unknown): string {
  if (!(error instanceof Error)) return 'the request could not be made';
  if (error.name === 'TimeoutError') return 'no answer in time';
  const { cause } = error;
  if (!(cause instanceof Error)) return 'the request could not be made';
  const code = 'code' in cause ? String(cause.code) : '';
  const words = WORDS[code] ?? (CERTIFICATE.test(code) ? 'its certificate is not trusted' : undefined);
  if (words !== undefined) return `${words}: ${code}`;
  // Ports of other protocols, which no request of this kind is sent to (Fetch, "bad port").
  return cause.message === 'bad port'
    ? 'no service of this kind can be at that port'
    : 'the connection failed';
}
