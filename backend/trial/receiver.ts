import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished, vi } from 'vitest';
import type { LifecycleEvent } from '../../contract/wire.ts';

/** One webhook as it came in. */
export type Heard = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body; what the test expects it to be, its assertions tell. */
  readonly event: LifecycleEvent;
};

/** The endpoint of somebody's backend, on a port of its own. */
export type Receiver = {
  readonly url: string;
  /** `127.0.0.1:…`, as TALLYLIGHT_WEBHOOK_ALLOW has it. */
  readonly host: string;
  readonly heard: readonly Heard[];
  /** All that came in, once there are that many. */
  readonly until: (count: number) => Promise<readonly Heard[]>;
  /** How it answers from now on: with a status, or as it likes. */
  answer: number | ((response: ServerResponse) => void);
  readonly close: () => Promise<void>;
};

export async function receiver(port = 0): Promise<Receiver> {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    heard.push({ path: request.url ?? '', headers: request.headers, body, event: JSON.parse(body) });
    if (typeof running.answer === 'number') response.writeHead(running.answer).end();
    else running.answer(response);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const running: Receiver = {
    url: `http://${host}/hook`,
    host,
    heard,
    answer: 204,
    async until(count) {
      await vi.waitFor(() => {
        if (heard.length < count) throw new Error(`${heard.length} of ${count} came in`);
      }, 15_000);
      return heard;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  onTestFinished(running.close);
  return running;
}
