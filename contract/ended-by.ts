import type { ErrorCode } from './errors.ts';

/**
 * Who ended a channel as they wished; null: nobody did. What was ended on purpose does not come back in its recording, nothing
 * more of it is kept or passed on, and nothing is wrong with it.
 */
export function endedBy(
  trouble: { readonly code: ErrorCode } | null | undefined,
): 'person' | 'policy' | null {
  switch (trouble?.code) {
    case 'consent-revoked':
      return 'person';
    case 'policy-forbids':
      return 'policy';
    default:
      return null;
  }
}
