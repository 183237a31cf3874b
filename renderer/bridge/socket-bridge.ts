import type { Bridge } from '../../contract/bridge/bridge.ts';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { Result } from '../../contract/result.ts';
import { fail } from '../../contract/result.ts';
import { backoffMs } from './backoff.ts';
import type { CallMessage, MainMessage } from './socket-message.ts';

/** The bridge over a loopback WebSocket; comes back by itself for as long as the page is open. */
export function socketBridge(url: string): Bridge {
  const snapshotListeners = new Set<(snapshot: Snapshot) => void>();
  const connectionListeners = new Set<(connected: boolean) => void>();
  const waiting = new Map<number, (result: Result<never>) => void>();
  let socket: WebSocket | null = null;
  let connected: boolean | null = null;
  let latest: Snapshot | null = null;
  let nextId = 0;
  let attempt = 0;

  function tell(now: boolean): void {
    connected = now;
    for (const listener of connectionListeners) listener(now);
  }

  function heard(message: MainMessage): void {
    if (message.kind === 'snapshot') {
      attempt = 0;
      latest = message.snapshot;
      for (const listener of snapshotListeners) listener(message.snapshot);
      return;
    }
    waiting.get(message.id)?.(message.result as Result<never>);
    waiting.delete(message.id);
  }

  function lost(): void {
    socket = null;
    latest = null;
    for (const settle of waiting.values())
      settle(fail('internal', 'the connection closed before the answer'));
    waiting.clear();
    tell(false);
    setTimeout(open, backoffMs(attempt));
    attempt += 1;
  }

  function open(): void {
    socket = new WebSocket(url);
    socket.addEventListener('open', () => tell(true));
    socket.addEventListener('message', (event) => heard(JSON.parse(String(event.data)) as MainMessage));
    socket.addEventListener('close', lost);
  }

  open();
  return {
    call(name, request) {
      if (socket?.readyState !== WebSocket.OPEN)
        return Promise.resolve(fail('internal', 'there is no connection'));
      const message: CallMessage<typeof name> = { kind: 'call', id: nextId, name, request };
      nextId += 1;
      socket.send(JSON.stringify(message));
      // Main parses each answer by the name of its call.
      return new Promise((resolve) => waiting.set(message.id, resolve));
    },
    onSnapshot(listener) {
      snapshotListeners.add(listener);
      if (latest !== null) listener(latest);
      return () => snapshotListeners.delete(listener);
    },
    onConnection(listener) {
      connectionListeners.add(listener);
      if (connected !== null) listener(connected);
      return () => connectionListeners.delete(listener);
    },
  };
}
