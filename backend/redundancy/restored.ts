import type { Audit } from '../audit/log.ts';
import { concernedIn } from '../audit/log.ts';
import type { Log } from '../log.ts';
import type { Keyring } from '../secrets/keyring.ts';
import type { Store } from '../store/store.ts';
import type { OnRestored } from './redundant-blobs.ts';

const ENTRY_EVERY_MS = 3600_000;

/** What was damaged and is whole again: a line of the log for each fragment, an entry for each stream and hour. */
export function toldOfRestored(parts: {
  readonly store: Store;
  readonly audit: Audit;
  readonly keyring: Keyring;
  readonly clock: () => number;
  readonly log: Log;
}): OnRestored {
  const toldAt = new Map<string, number>();
  return async ({ sessionId, streamId, take, sequence }) => {
    const { store, audit, keyring, clock, log } = parts;
    const at = clock();
    const what = `${take}/${sequence}`;
    log({
      ...{ at: new Date(at).toISOString(), type: 'fault', error_code: 'vault-damaged' },
      cause: `${streamId} ${what} was put back from its second copy`,
    });
    for (const [told, toldMs] of toldAt) if (Math.abs(at - toldMs) >= ENTRY_EVERY_MS) toldAt.delete(told);
    if (toldAt.has(streamId)) return;
    toldAt.set(streamId, at);
    const session = await store.session(sessionId);
    if (session === undefined) return;
    await audit.note({
      ...{ tenantId: session.tenantId, actor: 'system', action: 'copy.restored', object: streamId },
      ...{ outcome: 'done', reason: `from ${what} on`, concerned: concernedIn(keyring, session) },
    });
  };
}
