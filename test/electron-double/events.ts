import { call, method, oneOf, strict } from './strict.ts';
import { complain, type Listener, world } from './world.ts';

/** Every event the double knows, by the interface of electron.d.ts that declares it. */
export const EVENTS = {
  App: [
    'second-instance',
    'activate',
    'window-all-closed',
    'before-quit',
    'web-contents-created',
    'certificate-error',
  ],
  BrowserWindow: ['ready-to-show', 'page-title-updated', 'session-end', 'close'],
  WebContents: [
    'will-navigate',
    'will-frame-navigate',
    'will-redirect',
    'will-attach-webview',
    'render-process-gone',
  ],
  Tray: ['click'],
  PowerMonitor: ['shutdown'],
} as const;
export type Emitter = keyof typeof EVENTS;

/** `on` and `once` of one emitter. `key` tells two windows or trays apart. */
export function emitter(kind: Emitter, key: string = kind) {
  const kinds = [oneOf(...EVENTS[kind]), call];
  const add = (event: string, listener: Listener): void => {
    const at = `${key} ${event}`;
    world.listeners.set(at, [...(world.listeners.get(at) ?? []), listener]);
  };
  return { on: method(`${kind}.on`, kinds, add), once: method(`${kind}.once`, kinds, add) };
}

export function listeners(key: string, event: string): readonly Listener[] {
  return world.listeners.get(`${key} ${event}`) ?? [];
}

/** Emits with an event that can be prevented; tells whether anyone did. */
export function fire(key: string, event: string, ...rest: readonly unknown[]): boolean {
  let prevented = false;
  const given = strict('Event', {
    preventDefault: () => {
      prevented = true;
    },
  });
  for (const listener of listeners(key, event)) listener(given, ...rest);
  return prevented;
}

/** Emits without an event, as where electron.d.ts gives the listener no parameter. */
export function tell(key: string, event: string): void {
  for (const listener of listeners(key, event)) listener();
}

export function assertReady(what: string): void {
  if (!world.isReady) complain(`${what} is used before the app is ready`);
}

export function assertNotReady(what: string): void {
  if (world.isReady) complain(`${what} is used after the app is ready`);
}
