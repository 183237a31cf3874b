import type { Bridge } from '../../contract/bridge/bridge.ts';
import { preloadBridge } from './preload.ts';
import { socketBridge } from './socket-bridge.ts';

/** The way to main: what a preload script exposed, otherwise the server this page came from. */
export function findBridge(page: Window): Bridge {
  if (page.tallylight !== undefined) return preloadBridge(page.tallylight);
  const scheme = page.location.protocol === 'https:' ? 'wss' : 'ws';
  return socketBridge(`${scheme}://${page.location.host}/bridge`);
}
