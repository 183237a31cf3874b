import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

export type Frame = { readonly json: Record<string, unknown> } | { readonly bytes: Buffer };

export type Listening = {
  readonly socket: WebSocket;
  /** The next frame that was not asked for yet; undefined after the socket has closed. */
  readonly next: () => Promise<Frame | undefined>;
};

/** Opens a WebSocket. Rejects with the status where the service does not take it. */
export function listen(url: string, secret?: string): Promise<Listening> {
  const headers = secret === undefined ? {} : { 'x-access-token': secret };
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers });
  onTestFinished(() => socket.terminate());
  const frames: (Frame | undefined)[] = [];
  const waiting: ((frame: Frame | undefined) => void)[] = [];
  const arrive = (frame: Frame | undefined) => {
    const first = waiting.shift();
    if (first === undefined) frames.push(frame);
    else first(frame);
  };
  socket.on('message', (data: Buffer, isBinary) =>
    arrive(isBinary ? { bytes: data } : { json: JSON.parse(data.toString()) }),
  );
  socket.on('close', () => arrive(undefined));
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      reject(new Error(String(response.statusCode)));
      response.destroy();
    });
    socket.on('error', reject);
    socket.on('open', () =>
      resolve({
        socket,
        next: () =>
          frames.length > 0 ? Promise.resolve(frames.shift()) : new Promise((heard) => waiting.push(heard)),
      }),
    );
  });
}
