import { assertReady, emitter, tell } from './events.ts';
import { anything, type Kind, type Known, method, strict } from './strict.ts';
import { complain, type PortDouble, world } from './world.ts';

/** Ends of channels that nobody has handed over yet: each can be handed over once. */
export const freePorts = new Set<object>();
export const freePort: Kind = {
  fits: (value) => freePorts.has(value as object),
  says: 'a port that was not handed over yet',
};

/** Called with `new`; the main process keeps `port1` and hands `port2` to a page. */
export function MessageChannelMain(): object {
  assertReady('MessageChannelMain');
  const state: PortDouble = {
    key: `port ${world.ports.length + 1}`,
    sent: [],
    isStarted: false,
    isClosed: false,
  };
  world.ports.push(state);
  const port1 = strict('MessagePortMain', {
    ...emitter('MessagePortMain', state.key),
    start: method('MessagePortMain.start', [], () => {
      state.isStarted = true;
    }),
    postMessage: method('MessagePortMain.postMessage', [anything], (message: unknown) => {
      // A closed port swallows what is sent.
      if (!state.isClosed) state.sent.push(structuredClone(message));
    }),
    close: method('MessagePortMain.close', [], () => {
      state.isClosed = true;
    }),
  } satisfies Known<Electron.MessagePortMain>);
  const port2 = strict('MessagePortMain', {} satisfies Known<Electron.MessagePortMain>);
  freePorts.add(port2);
  return strict('MessageChannelMain', { port1, port2 } satisfies Known<Electron.MessageChannelMain>);
}

/** The page sends a message, as a structured clone. */
export function pageSends(port: PortDouble, data: unknown): void {
  if (!port.isStarted) complain(`${port.key} was never started, so that nothing arrives`);
  if (port.isClosed) return;
  for (const listener of world.listeners.get(`${port.key} message`) ?? [])
    listener(strict('MessageEvent', { data: structuredClone(data) } satisfies Known<Electron.MessageEvent>));
}

/** The page has gone, and its end of the channel with it. */
export function pageCloses(port: PortDouble): void {
  tell(port.key, 'close');
}
