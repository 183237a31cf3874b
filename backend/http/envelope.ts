import type { ErrorCode } from '../../contract/errors.ts';
import { REMEDIES } from '../../contract/errors.ts';
import type { TallylightError } from '../../contract/result.ts';
import type { ErrorEnvelope } from '../../contract/wire.ts';

/** The response header by which the request log learns the code; it says no more than the body. */
export const ERROR_CODE_HEADER = 'x-tallylight-error-code';

export function answered(data: unknown): Response {
  return Response.json({ success: true, data });
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
  const headers: Record<string, string> = { [ERROR_CODE_HEADER]: code satisfies ErrorCode };
  // RFC 9110, section 10.2.3: seconds, which is what the detail of this error is.
  if (code === 'too-many-attempts' && detail !== undefined) headers['retry-after'] = detail;
  return Response.json(body, { status, headers });
}
