import { ipcRenderer } from 'electron/renderer';
import { LOOPBACK_PORT } from '../loopback/page/messages.ts';

/** Hands the page its port to the main process, and nothing else: ports go through `window.postMessage` only. */
ipcRenderer.on(LOOPBACK_PORT, ({ ports }) => {
  // Any origin: this window never leaves its own page, and a custom scheme's origin is spelt differently in places.
  window.postMessage(LOOPBACK_PORT, '*', ports);
});
