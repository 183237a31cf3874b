import { BRIDGE_CALL } from '../../contract/bridge/names.ts';
import { anything, call, type Known, method, oneOf, shape, strict, text } from './strict.ts';
import type { Listener } from './world.ts';

/** The page's side: what was exposed to it, who listens, and what answers an invoke. */
export type Page = {
  readonly exposed: Map<string, Readonly<Record<string, Listener>>>;
  readonly listeners: Map<string, Set<Listener>>;
  answer: (channel: string, ...given: unknown[]) => Promise<unknown>;
};

export const page: Page = {
  exposed: new Map(),
  listeners: new Map(),
  answer: () => Promise.reject(new Error(`No handler registered for '${BRIDGE_CALL}'`)),
};

export const contextBridge = strict('contextBridge', {
  exposeInMainWorld: method(
    'contextBridge.exposeInMainWorld',
    [text, shape({ call, onSnapshot: call })],
    (key: string, api: Readonly<Record<string, Listener>>) => void page.exposed.set(key, api),
  ),
} satisfies Known<Electron.ContextBridge>);

function listening(channel: string): Set<Listener> {
  const set = page.listeners.get(channel) ?? new Set();
  page.listeners.set(channel, set);
  return set;
}

export const ipcRenderer = strict('ipcRenderer', {
  invoke: method('ipcRenderer.invoke', [oneOf(BRIDGE_CALL), text, anything], async (channel, ...given) =>
    structuredClone(await page.answer(channel, ...structuredClone(given))),
  ),
  on: method('ipcRenderer.on', [text, call], (channel: string, listener: Listener) => {
    listening(channel).add(listener);
  }),
  removeListener: method(
    'ipcRenderer.removeListener',
    [text, call],
    (channel: string, listener: Listener) => {
      listening(channel).delete(listener);
    },
  ),
} satisfies Known<Electron.IpcRenderer>);

/** Main sends to the page; the first argument is the event that must not reach it. */
export function deliver(channel: string, value: unknown): void {
  for (const listener of listening(channel)) listener(strict('IpcRendererEvent', {}), structuredClone(value));
}

({ contextBridge, ipcRenderer }) satisfies { readonly [K in keyof typeof Electron.Renderer]?: unknown };
