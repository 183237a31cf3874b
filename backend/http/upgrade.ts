import { upgradeWebSocket } from '@hono/node-server';
import type { Context } from 'hono';
import { WebSocket } from 'ws';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { Outlet } from '../live/hub.ts';
import type { Parts } from '../parts.ts';

/**
 * Turns the request into a WebSocket and lets `listen` send to it; what `listen` answers is called when the
 * socket has closed. It ends with the key that opened it. Error: `bad-request` where no upgrade was asked for.
 */
export async function upgraded(
  { sockets }: Parts,
  keyId: string,
  context: Context,
  listen: (outlet: Outlet) => () => void,
): Promise<Result<Response>> {
  if (context.req.header('upgrade')?.toLowerCase() !== 'websocket')
    return fail('bad-request', 'open a WebSocket here');
  let stop = (): void => undefined;
  let forget = (): void => undefined;
  const response = await upgradeWebSocket(context, {
    onOpen(_event, { raw: socket }) {
      if (!(socket instanceof WebSocket)) throw new TypeError('the socket is not one of ws');
      const outlet = outletOver(socket);
      // 1008: the policy is violated, as RFC 6455, section 7.4.1, calls it.
      forget = sockets.add(keyId, () => socket.close(1008, 'the key was revoked'));
      stop = listen(outlet);
    },
    onClose: () => {
      forget();
      stop();
    },
  });
  return response instanceof Response ? ok(response) : fail('bad-request', 'open a WebSocket here');
}

function outletOver(socket: WebSocket): Outlet {
  return {
    waitingBytes: () => socket.bufferedAmount,
    text: (frame) => socket.send(frame),
    binary: (frame) => socket.send(frame, { binary: true }),
    end: () => socket.close(1000),
  };
}
