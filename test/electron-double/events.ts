import { call, method, oneOf, strict } from './strict.ts';
import { complain, type Listener, world } from './world.ts';

/** Every event the double knows, by the interface of electron.d.ts that declares it. */
export const EVENTS = {
  App: [
    'second-instance',
    'open-url',
    'activate',
    'before-quit',
    'web-contents-created',
    'certificate-error',
  ],
  BrowserWindow: [
    'ready-to-show',
    'page-title-updated',
    'session-end',
    'close',
    'closed',
    'move',
    'hide',
    'minimize',
  ],
  WebContents: [
    'will-navigate',
    'will-frame-navigate',
    'will-redirect',
    'will-attach-webview',
    'render-process-gone',
  ],
  MessagePortMain: ['message', 'close'],
  Tray: ['click', 'right-click'],
  NativeTheme: ['updated'],
  Notification: ['click', 'close'],
  Screen: ['display-added', 'display-removed', 'display-metrics-changed'],
  PowerMonitor: ['shutdown', 'suspend', 'resume', 'lock-screen', 'unlock-screen'],
} as const;
export type Emitter = keyof typeof EVENTS;

/** `on`, `once` and `removeListener` of one emitter. `key` tells two windows or trays apart. */
export function emitter(kind: Emitter, key: string = kind) {
  const kinds = [oneOf(...EVENTS[kind]), call];
  const add = (event: string, listener: Listener): void => {
    const at = `${key} ${event}`;
    world.listeners.set(at, [...(world.listeners.get(at) ?? []), listener]);
  };
  const remove = (event: string, listener: Listener): void => {
    const held = listeners(key, event);
    const at = held.lastIndexOf(listener);
    if (at < 0) complain(`${kind}.removeListener: that listener is not there for ${event}`);
    world.listeners.set(`${key} ${event}`, held.toSpliced(at, 1));
  };
  return {
    on: method(`${kind}.on`, kinds, add),
    once: method(`${kind}.once`, kinds, add),
    removeListener: method(`${kind}.removeListener`, kinds, remove),
  };
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

/** For what Electron has on some platforms only; elsewhere the property is not there at all. */
export function assertPlatform(what: string, ...platforms: readonly NodeJS.Platform[]): void {
  const { platform } = world.machine;
  if (!platforms.includes(platform)) complain(`${what} is not there on ${platform}`);
}

export function assertNotReady(what: string): void {
  if (world.isReady) complain(`${what} is used after the app is ready`);
}
