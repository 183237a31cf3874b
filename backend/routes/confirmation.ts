import { z } from 'zod';
import type { Result } from '../../contract/result.ts';
import { checkConfirmation } from '../access/admins.ts';
import type { KeyCaller } from '../access/caller.ts';
import type { Parts } from '../parts.ts';

/** What `POST /user/confirm` answers with: the password was just given. */
export const CONFIRMATION_HEADER = 'x-tallylight-confirmation';

export const confirmed = z.object({ [CONFIRMATION_HEADER]: z.string().default('') });

/** Error: `confirmation-missing`. */
export function isConfirmed(
  parts: Parts,
  caller: KeyCaller,
  headers: z.output<typeof confirmed>,
): Promise<Result<void>> {
  return checkConfirmation(parts, caller.tenantId, headers[CONFIRMATION_HEADER]);
}
