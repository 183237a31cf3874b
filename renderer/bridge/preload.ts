import type { Bridge } from '../../contract/bridge/bridge.ts';

/** What a preload script may expose as `window.tallylight`; one that cannot lose its main says nothing of it. */
export type PreloadBridge = Pick<Bridge, 'call' | 'onSnapshot'> & Partial<Pick<Bridge, 'onConnection'>>;

declare global {
  interface Window {
    readonly tallylight?: PreloadBridge;
  }
}

/** The bridge of a desktop window. Without news of the connection it counts as there. */
export function preloadBridge(exposed: PreloadBridge): Bridge {
  return {
    call: (name, request) => exposed.call(name, request),
    onSnapshot: (listener) => exposed.onSnapshot(listener),
    onConnection: (listener) => {
      if (exposed.onConnection !== undefined) return exposed.onConnection(listener);
      listener(true);
      return () => undefined;
    },
  };
}
