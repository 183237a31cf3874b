import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { UNTOUCHED_SETTINGS } from '../../contract/settings.ts';

/** The snapshot of an idle capture process that reached nobody. */
export function testSnapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    revision: 1,
    session: {
      id: null,
      title: null,
      state: 'idle',
      activeMs: 0,
      pausedMs: 0,
      startedAt: null,
      pausedBy: null,
      kept: null,
    },
    lamp: 'off',
    terms: null,
    channels: [],
    permissions: [],
    delivery: {
      connected: null,
      disconnectedSince: null,
      undeliveredSeconds: 0,
      waits: null,
      pendingRecordings: 0,
      recovered: [],
    },
    interrupted: null,
    library: { revision: 1, job: null },
    protection: { kind: 'key-file', warning: null },
    settings: UNTOUCHED_SETTINGS,
    host: 'browser',
    canReopen: false,
    trouble: null,
    ...changes,
  };
}
