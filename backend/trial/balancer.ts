import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export type Balancer = {
  readonly url: string;
  /** Addresses of the instances, each asked in its turn. */
  readonly targets: string[];
  readonly stop: () => Promise<void>;
};

/**
 * A load balancer that knows nothing of sessions: every request goes to the next instance. One that does not take the connection is
 * passed over; a request that is cut off on the way is answered with 502, as it may have been carried out.
 */
export async function startBalancer(): Promise<Balancer> {
  const targets: string[] = [];
  let turn = 0;
  const next = () => targets[turn++ % targets.length];

  function pass(asked: IncomingMessage, answer: ServerResponse, body: Buffer, tries: number): void {
    const target = next();
    if (target === undefined || tries === 0) return void answer.writeHead(502).end();
    const { method, url = '', headers } = asked;
    const on = request(target + url, { method, headers, agent: false }, (told) => {
      answer.writeHead(told.statusCode ?? 502, told.headers);
      told.on('error', () => answer.destroy());
      told.pipe(answer);
    });
    on.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') pass(asked, answer, body, tries - 1);
      else if (answer.headersSent) answer.destroy();
      else answer.writeHead(502).end();
    });
    on.end(body);
  }

  const server = createServer(async (asked, answer) => {
    const pieces: Buffer[] = [];
    for await (const piece of asked) pieces.push(piece);
    pass(asked, answer, Buffer.concat(pieces), targets.length);
  });
  server.on('upgrade', (asked, socket: Socket, head) => {
    const { hostname, port } = new URL(next() ?? 'http://127.0.0.1:1');
    const on = connect(Number(port), hostname, () => {
      const lines = asked.rawHeaders.flatMap((value, index, all) =>
        index % 2 ? [] : [`${value}: ${all[index + 1]}`],
      );
      on.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      on.write(head);
      on.pipe(socket).pipe(on);
    });
    for (const side of [on, socket]) {
      side.on('error', () => undefined);
      side.on('close', () => [on, socket].forEach((each) => void each.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
