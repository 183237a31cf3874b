import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { ok, type TallylightError } from '../../contract/result.ts';
import { UNTOUCHED_SETTINGS } from '../../contract/settings.ts';
import type { Capture } from '../../main/host.ts';

/** Stands where main could not be opened: nothing can be recorded, and the window says why. */
export function absentCapture(error: TallylightError): Capture {
  const snapshot: Snapshot = {
    revision: 1,
    session: {
      id: null,
      title: null,
      state: 'failed',
      activeMs: 0,
      pausedMs: 0,
      startedAt: null,
      pausedBy: null,
      kept: null,
    },
    lamp: 'trouble',
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
    host: 'desktop',
    canReopen: false,
    trouble: error,
  };
  return {
    call: async (name) => (name === 'snapshot.read' ? ok(snapshot) : { ok: false, error }),
    onSnapshot: (listener) => {
      listener(snapshot);
      return () => undefined;
    },
    media: async () => ({ ok: false, error }),
    close: async () => undefined,
  };
}
