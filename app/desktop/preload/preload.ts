import { contextBridge, ipcRenderer } from 'electron/renderer';
import { BRIDGE_CALL, BRIDGE_SNAPSHOT, CALL_NAMES } from '../../../contract/bridge/names.ts';

const names: readonly string[] = CALL_NAMES;

function call(name: unknown, request: unknown): Promise<unknown> {
  if (typeof name !== 'string' || !names.includes(name)) return Promise.reject(new TypeError('no such call'));
  return ipcRenderer.invoke(BRIDGE_CALL, name, request);
}

/** Tells the latest snapshot and each further one; returns its own unsubscribe. The IPC event never reaches the page. */
function onSnapshot(listener: (snapshot: unknown) => void): () => void {
  let listening = true;
  let heard = false;
  const forward = (_event: unknown, snapshot: unknown): void => {
    heard = true;
    listener(snapshot);
  };
  ipcRenderer.on(BRIDGE_SNAPSHOT, forward);
  ipcRenderer.invoke(BRIDGE_CALL, 'snapshot.read', {}).then(
    (answer: { ok: boolean; value?: unknown }) => {
      // A snapshot that was sent meanwhile is newer than this answer.
      if (listening && !heard && answer.ok) listener(answer.value);
    },
    // Main is gone or refuses this frame; there is no snapshot to tell, and `call` says why.
    () => undefined,
  );
  return () => {
    listening = false;
    ipcRenderer.removeListener(BRIDGE_SNAPSHOT, forward);
  };
}

contextBridge.exposeInMainWorld('tallylight', { call, onSnapshot });
