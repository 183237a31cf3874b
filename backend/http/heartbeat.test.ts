import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { heartOf } from './heartbeat.ts';

test('sockets are pinged, and let go of when they do not answer', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => void server.close());
  const beat = heartOf(server);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const connect = async (options = {}) => {
    const client = new WebSocket(`ws://127.0.0.1:${port}`, options);
    const served: WebSocket = (await once(server, 'connection'))[0];
    await once(client, 'open');
    return { client, served };
  };
  const answering = await connect();
  const silent = await connect({ autoPong: false });

  const answered = once(answering.served, 'pong');
  const pinged = once(silent.client, 'ping');
  const gone = once(silent.client, 'close');
  beat();
  await Promise.all([answered, pinged]);
  const answeredAgain = once(answering.served, 'pong');
  beat();
  await Promise.all([gone, answeredAgain]);
  expect(answering.client.readyState).toBe(WebSocket.OPEN);
});
