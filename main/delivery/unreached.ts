import { errorOf, type TallylightError } from '../../contract/result.ts';
import { isTlsTrouble, tlsTroubleOf } from '../../contract/tls-trouble.ts';

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

/** Whether nobody answered, or nobody whose answer counts. */
export function isUnreached({ code }: Pick<TallylightError, 'code'>): boolean {
  return code === 'service-unreachable' || isTlsTrouble(code);
}

/**
 * Why a request did not get through, without addresses of ours or anybody's token: what is wrong with the other side's TLS,
 * or `service-unreachable` with the reason in words. `who` is put before it.
 */
export function unreached(error: unknown, who?: string): TallylightError {
  const { code, message } = causeOf(error);
  const trouble = tlsTroubleOf(code, message);
  const why = trouble === undefined ? unreachedBecause(error, code) : code;
  return errorOf(trouble ?? 'service-unreachable', who === undefined ? why : `${who}: ${why}`);
}

function causeOf(error: unknown): { readonly code: string; readonly message: string } {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error)) return { code: '', message: '' };
  return { code: 'code' in cause ? String(cause.code) : '', message: cause.message };
}

function unreachedBecause(error: unknown, code: string): string {
  if (!(error instanceof Error)) return 'the request could not be made';
  if (error.name === 'TimeoutError') return 'no answer in time';
  const { cause } = error;
  if (!(cause instanceof Error)) return 'the request could not be made';
  const words = WORDS[code];
  if (words !== undefined) return `${words}: ${code}`;
  // Ports of other protocols, which no request of this kind is sent to (Fetch, "bad port").
  return cause.message === 'bad port'
    ? 'no service of this kind can be at that port'
    : 'the connection failed';
}
