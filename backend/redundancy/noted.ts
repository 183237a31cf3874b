import { concernedIn } from '../audit/log.ts';
import type { Parts } from '../parts.ts';
import type { CopyRecord, SessionRecord } from '../store/records.ts';

export type CopyAction =
  | 'copy.made'
  | 'copy.put-together'
  | 'copy.sent'
  | 'copy.failed'
  | 'copy.removed'
  | 'copy.left'
  | 'credentials.fetched'
  | 'credentials.purged';

/** An entry of what the service does with a copy by itself. */
export function noteCopy(
  { audit, keyring }: Pick<Parts, 'audit' | 'keyring'>,
  { tenantId, videoId }: Pick<CopyRecord, 'tenantId' | 'videoId'>,
  /** Undefined: it was deleted, and nothing leads back. */
  session: SessionRecord | undefined,
  action: CopyAction,
  reason = '',
): Promise<void> {
  return audit.note({
    ...{ tenantId, actor: 'system', action, object: videoId, reason: reason.slice(0, 500) },
    outcome: action === 'copy.failed' ? 'failed' : 'done',
    concerned: session === undefined ? null : concernedIn(keyring, session),
  });
}
