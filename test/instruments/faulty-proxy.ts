import { createServer, type IncomingMessage, request as openRequest, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex, Readable, Writable } from 'node:stream';
import { type Fault, type FaultCounts, type Faults, faultsOf } from './network-faults.ts';

/** How long a request that is to come late waits for another one. */
const REORDER_PATIENCE_MS = 300;
/** Of this hop alone (RFC 9110, section 7.6.1), and the length, which is told anew. */
const NOT_PASSED_ON = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);

/**
 * A network in front of a service, on loopback: passes plain HTTP/1.1 and WebSockets on, with the faults that are set at the
 * moment. The client's address of the service is the proxy's `url`; a service that checks proofs has to know it as its own.
 * Requests are read whole before they are passed on, answers flow. A service that is not there is a connection reset.
 */
export type FaultyProxy = {
  readonly url: string;
  /** From here on, in place of what was set before; nothing means that all passes. */
  readonly set: (...faults: Fault[]) => void;
  readonly counts: () => FaultCounts;
  readonly close: () => Promise<void>;
};

/** `target` is where the service is now, as a base address; `seed` decides who is struck, and where. */
export async function openFaultyProxy(target: () => string, seed = 1): Promise<FaultyProxy> {
  const faults = faultsOf(seed);
  const sockets = new Set<Socket>();
  const way = passage(target, faults);
  const server = createServer((incoming, answer) => {
    way.request(incoming, answer).catch(() => incoming.socket.resetAndDestroy());
  });
  // What stalls is for the client to give up, not for us.
  Object.assign(server, { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 60_000 });
  server.on('upgrade', (incoming, socket, head) => way.upgrade(incoming, socket, head));
  server.on('connection', (socket) => {
    if (faults.is('cut')) {
      faults.count('cut');
      socket.resetAndDestroy();
      return;
    }
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  const resetAll = () => {
    for (const socket of sockets) {
      faults.count('cut');
      socket.resetAndDestroy();
    }
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    set: (...next) => {
      faults.set(next);
      if (faults.is('cut')) resetAll();
    },
    counts: faults.counts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

type Passed = { readonly body: Buffer; readonly cutAt?: number };

function passage(target: () => string, faults: Faults) {
  /** Those that wait for one that came later. */
  let late: (() => void)[] = [];

  /** Resolves with the head of the answer. `cutAt`: the connection breaks after that many bytes of the body. */
  function ask(incoming: IncomingMessage, { body, cutAt }: Passed): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = [...passedOn(incoming), 'content-length', String(body.length), 'connection', 'close'];
      const { method, url = '/' } = incoming;
      const asked = openRequest(target() + url, { method, headers, agent: false }, resolve);
      asked.on('error', reject);
      if (cutAt === undefined) asked.end(body);
      else
        asked.write(body.subarray(0, cutAt), () => {
          asked.destroy();
          reject(new Error('cut within the request'));
        });
    });
  }

  async function readBody(incoming: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      await faults.passed(chunk.length, 'up');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  /** The body as it arrives. */
  function asItArrives(body: Buffer, name: string): Buffer {
    let arrived = body;
    if (faults.strikes('flip-request', name, arrived.length)) arrived = flipped(arrived, faults);
    if (faults.strikes('truncate-request', name, arrived.length))
      arrived = arrived.subarray(0, faults.below(arrived.length));
    return arrived;
  }

  async function waitForAnother(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, REORDER_PATIENCE_MS);
      late.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  async function request(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const name = `${incoming.method} ${incoming.url}`;
    faults.count('requests');
    if (faults.is('stall')) faults.count('stall');
    const isLost = faults.strikes('lossy', name);
    const losing = isLost ? faults.below(3) : undefined;
    if (losing === 0) throw new Error('lost before the request');
    const body = asItArrives(await readBody(incoming), name);
    // Of a request without a body too.
    await faults.passed(1, 'up');
    if (losing === 1) await ask(incoming, { body, cutAt: Math.floor(body.length / 2) });
    if (faults.strikes('reorder', name)) await waitForAnother();
    if (faults.strikes('duplicate', name)) (await ask(incoming, { body })).resume();
    const told = await ask(incoming, { body });
    if (losing === 2) {
      told.resume();
      throw new Error('lost before the answer');
    }
    await passAnswer(told, answer, name);
    const waiting = late;
    late = [];
    for (const goOn of waiting) goOn();
  }

  async function passAnswer(told: IncomingMessage, answer: ServerResponse, name: string): Promise<void> {
    // Of unknown length: the first chunk is as good as all of it.
    const length = told.headers['content-length'];
    let flipAt = -1;
    let endAt = Number.POSITIVE_INFINITY;
    const bound = length === undefined ? 16 : Number(length);
    if (faults.strikes('flip-answer', name, bound)) flipAt = faults.below(bound);
    if (faults.strikes('truncate-answer', name, bound)) endAt = faults.below(bound);
    const isWhole = length !== undefined && endAt === Number.POSITIVE_INFINITY;
    const headers = [...passedOn(told), ...(isWhole ? ['content-length', length] : [])];
    answer.writeHead(told.statusCode ?? 502, headers);
    let seen = 0;
    for await (const chunk of told as AsyncIterable<Buffer>) {
      await faults.passed(chunk.length, 'down');
      let piece = chunk;
      if (flipAt >= seen && flipAt < seen + piece.length) piece = flipped(piece, faults, flipAt - seen);
      seen += chunk.length;
      if (seen > endAt) piece = piece.subarray(0, piece.length - (seen - endAt));
      if (!answer.write(piece)) await drained(answer);
      if (seen > endAt) break;
    }
    answer.end();
  }

  function upgrade(incoming: IncomingMessage, client: Duplex, head: Buffer): void {
    faults.count('upgrades');
    const { hostname, port } = new URL(target());
    const service = connect(Number(port), hostname);
    const end = () => {
      client.destroy();
      service.destroy();
    };
    for (const side of [client, service]) side.on('error', end).on('close', end);
    const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
    for (const [name, value] of pairs(incoming.rawHeaders)) lines.push(`${name}: ${value}`);
    service.write(`${lines.join('\r\n')}\r\n\r\n`);
    service.write(head);
    flow(client, service, 'up').catch(end);
    flow(service, client, 'down').catch(end);
  }

  async function flow(from: Readable, to: Writable, direction: 'up' | 'down'): Promise<void> {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      await faults.passed(chunk.length, direction);
      if (!to.write(chunk)) await drained(to);
    }
    to.end();
  }

  return { request, upgrade };
}

function flipped(bytes: Buffer, faults: Faults, at = faults.below(bytes.length)): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << faults.below(8));
  return copy;
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? '']] : []));
}

function passedOn({ rawHeaders }: IncomingMessage): string[] {
  return pairs(rawHeaders)
    .filter(([name]) => !NOT_PASSED_ON.has(name.toLowerCase()))
    .flat();
}

/** Resolves too where it was closed meanwhile: the next write tells. */
function drained(to: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      to.off('drain', done).off('close', done);
      resolve();
    };
    to.on('drain', done).on('close', done);
  });
}
