import type { ErrorCode } from '../../contract/errors.ts';
import { REMEDIES } from '../../contract/errors.ts';
import type { TallylightError } from '../../contract/result.ts';
import type { ErrorEnvelope } from '../../contract/wire.ts';
import { digestHeader } from './digest.ts';

/** The response header by which the request log learns the code; it says no more than the body. */
export const ERROR_CODE_HEADER = 'x-tallylight-error-code';

/** RFC 9111, section 3.5, keeps shared caches from what `authorization` gave; `x-access-token` has no such protection. */
const PRIVATE = { 'cache-control': 'no-store' };

export function answered(data: unknown): Response {
  return json({ success: true, data }, { headers: PRIVATE });
}

/** An error as it leaves: `status` is the remedy's own unless HTTP knows better. */
export function refused(error: TallylightError, status = REMEDIES[error.code].http): Response {
  const { code, message, action, detail } = error;
  const body: ErrorEnvelope = {
    success: false,
    message,
    error_code: code,
    action,
    ...(detail === undefined ? {} : { detail }),
  };
  const headers: Record<string, string> = { ...PRIVATE, [ERROR_CODE_HEADER]: code satisfies ErrorCode };
  // RFC 9110, section 10.2.3: seconds, which is what the detail of this error is.
  if (code === 'too-many-attempts' && detail !== undefined) headers['retry-after'] = detail;
  return json(body, { status, headers });
}

function json(value: object, { headers, ...init }: { status?: number; headers: Record<string, string> }) {
  const body = JSON.stringify(value);
  const more = { 'content-type': 'application/json', ...digestHeader(body) };
  return new Response(body, { ...init, headers: { ...more, ...headers } });
}
