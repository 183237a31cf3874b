import type { ErrorCode } from '../../contract/errors.ts';

export type FaultCode = Extract<ErrorCode, `destination-${string}` | 'credentials-invalid'>;

/** What went wrong at a destination, known by its code. `detail` is made of our own words and of names of errors only. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly detail: string;

  constructor(code: FaultCode, detail: string) {
    super(detail);
    this.code = code;
    this.detail = detail;
  }
}

/** Codes of Node's for a connection whose other side is not who it should be. */
const CERTIFICATE =
  /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERROR_IN_CERT|INVALID_CA|EPROTO$)/;

/** Codes of Node's for a connection that is not there, or no more. */
const NETWORK =
  /^(ECONN|EHOST|ENET|ENOTFOUND|EAI_|EPIPE|ETIMEDOUT|ERR_STREAM_PREMATURE|EADDRNOTAVAIL|ERR_SOCKET)/;

/** What stores call a checksum that does not fit what arrived: Amazon's, Microsoft's, Google's. */
const CHECKSUM =
  /^(BadDigest|InvalidDigest|XAmzContentSHA256Mismatch|XAmzContentChecksumMismatch|Md5Mismatch|Crc64Mismatch|InvalidMd5|CONTENT_DOWNLOAD_MISMATCH|FILE_NO_UPLOAD)$/;

/** Refusals by status, besides those that pass by themselves: 408 and 429, and everything from 500 on. */
const PASSING = new Set([408, 425, 429]);

type Signs = { readonly names: string[]; status?: number };

/**
 * The fault behind an error of a client's. Its text is not looked at: texts of providers may quote what was sent. What is
 * not known counts as unreachable, so that it is tried again.
 */
export function faultOf(error: unknown): Fault {
  const known = chain(error).find((each) => each instanceof Fault);
  if (known !== undefined) return known;
  const signs = signsOf(error);
  const named = (pattern: RegExp) => signs.names.find((name) => pattern.test(name));
  const certificate = named(CERTIFICATE);
  if (certificate !== undefined) return new Fault('destination-refused', `certificate: ${certificate}`);
  const checksum = named(CHECKSUM);
  if (checksum !== undefined) return new Fault('destination-mismatch', checksum);
  const network = named(NETWORK);
  if (network !== undefined) return new Fault('destination-unreachable', network);
  const told = [signs.status, ...signs.names].filter((part) => part !== undefined).slice(0, 2);
  return new Fault(codeOf(signs.status), told.join(' ') || 'no answer that is known');
}

function codeOf(status: number | undefined): FaultCode {
  if (status === undefined || status < 300 || status >= 500 || PASSING.has(status))
    return 'destination-unreachable';
  return 'destination-refused';
}

/** An error and what lies behind it: causes, and the several errors of one attempt. */
function chain(error: unknown, depth = 0): object[] {
  if (typeof error !== 'object' || error === null || depth > 5) return [];
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  const behind = [cause, ...(Array.isArray(errors) ? errors : [])];
  return [error, ...behind.flatMap((each) => chain(each, depth + 1))];
}

function signsOf(error: unknown): Signs {
  const signs: Signs = { names: [] };
  for (const each of chain(error)) {
    const { code, name, status, statusCode, $metadata } = each as Record<string, unknown>;
    const metadata = ($metadata ?? {}) as Record<string, unknown>;
    for (const number of [statusCode, status, metadata.httpStatusCode, code])
      if (typeof number === 'number' && number >= 300 && number < 600) signs.status ??= number;
    for (const text of [code, name])
      if (typeof text === 'string' && /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(text) && text !== 'Error')
        signs.names.push(text);
  }
  return signs;
}
