import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { openFaultyProxy } from './faulty-proxy.ts';

const BODY = randomBytes(50_000);

/** A service that says what it got, the whole of it, and what asked it. */
async function behindProxy(seed?: number) {
  const asked: string[] = [];
  const got: Buffer[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request).catch(() => undefined);
    // It broke off in the middle.
    if (body === undefined) return;
    got.push(body);
    asked.push(`${request.method} ${request.url}`);
    response.setHeader('x-nth', String(asked.length));
    // Of a length told beforehand, and of one that is not.
    if (request.url === '/flowing') response.write(body);
    response.end(request.url === '/flowing' ? '' : body);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.on('message', (message) => socket.send(message)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const proxy = await openFaultyProxy(() => `http://127.0.0.1:${port}`, seed);
  onTestFinished(async () => {
    await proxy.close();
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const put = async (path = '/', body: Buffer = BODY, signal?: AbortSignal) => {
    const init = { method: 'PUT', body: new Uint8Array(body), ...(signal === undefined ? {} : { signal }) };
    const response = await fetch(proxy.url + path, init);
    return { nth: response.headers.get('x-nth'), bytes: Buffer.from(await response.arrayBuffer()) };
  };
  return { proxy, asked, got, put };
}

function bitsApart(one: Buffer, other: Buffer): number {
  let bits = 0;
  for (const [at, byte] of one.entries()) {
    for (let rest = byte ^ (other[at] ?? 0); rest > 0; rest >>= 1) bits += rest & 1;
  }
  return bits;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('a network with faults', () => {
  test('without any passes everything as it is, and counts it', async () => {
    const { proxy, got, put } = await behindProxy();
    for (const path of ['/', '/flowing']) {
      const { bytes } = await put(path);
      expect(sha256(bytes)).toBe(sha256(BODY));
    }
    expect(got.map(sha256)).toEqual([sha256(BODY), sha256(BODY)]);
    expect((await put('/', Buffer.alloc(0))).bytes).toHaveLength(0);
    expect(proxy.counts()).toMatchObject({ requests: 3, lossy: 0, cut: 0, 'flip-request': 0 });
  });

  test('flips one bit of what is sent, or of what is answered', async () => {
    const { proxy, got, put } = await behindProxy();
    proxy.set({ kind: 'flip-request' });
    await put();
    expect(bitsApart(got[0] ?? BODY, BODY)).toBe(1);
    proxy.set({ kind: 'flip-answer' });
    for (const path of ['/', '/flowing']) expect(bitsApart((await put(path)).bytes, BODY)).toBe(1);
    expect(got.slice(1).map(sha256)).toEqual([sha256(BODY), sha256(BODY)]);
    expect(proxy.counts()).toMatchObject({ 'flip-request': 1, 'flip-answer': 2 });
  });

  test('cuts bodies short that say they are whole', async () => {
    const { proxy, got, put } = await behindProxy();
    proxy.set({ kind: 'truncate-request' });
    await put();
    expect(got[0]?.length).toBeLessThan(BODY.length);
    proxy.set({ kind: 'truncate-answer' });
    for (const path of ['/', '/flowing']) expect((await put(path)).bytes.length).toBeLessThan(BODY.length);
    expect(proxy.counts()).toMatchObject({ 'truncate-request': 1, 'truncate-answer': 2 });
  });

  test('sends a request twice, and gives the second answer', async () => {
    const { proxy, asked, put } = await behindProxy();
    proxy.set({ kind: 'duplicate', times: 1 });
    expect((await put()).nth).toBe('2');
    expect((await put()).nth).toBe('3');
    expect(asked).toHaveLength(3);
    expect(proxy.counts()).toMatchObject({ requests: 2, duplicate: 1 });
  });

  test('lets a request that came later go first', async () => {
    const { proxy, asked, put } = await behindProxy();
    proxy.set({ kind: 'reorder', only: /first/ });
    const first = put('/first');
    await expect.poll(() => proxy.counts().reorder).toBe(1);
    await Promise.all([first, put('/second')]);
    expect(asked).toEqual(['PUT /second', 'PUT /first']);
    // Where none comes, it goes on by itself.
    await put('/first');
    expect(asked).toHaveLength(3);
  });

  test('loses a share of the connections, the same ones for the same seed', async () => {
    const lostOf = async (seed: number) => {
      const { proxy, put } = await behindProxy(seed);
      proxy.set({ kind: 'lossy', share: 0.5 });
      const lost: boolean[] = [];
      for (let time = 0; time < 30; time++)
        lost.push(
          await put().then(
            () => false,
            () => true,
          ),
        );
      expect(proxy.counts().lossy).toBe(lost.filter(Boolean).length);
      return lost;
    };
    const lost = await lostOf(7);
    expect(lost).toContain(true);
    expect(lost).toContain(false);
    expect(await lostOf(7)).toEqual(lost);
    expect(await lostOf(8)).not.toEqual(lost);
  });

  test('cut resets what is open and what comes; afterwards all is well', async () => {
    const { proxy, put } = await behindProxy();
    proxy.set({ kind: 'reorder' });
    const open = put().catch((error: Error) => error);
    await expect.poll(() => proxy.counts().reorder).toBe(1);
    proxy.set({ kind: 'cut' });
    expect(await open).toBeInstanceOf(Error);
    await expect(put()).rejects.toThrow();
    proxy.set();
    expect((await put()).bytes).toHaveLength(BODY.length);
    expect(proxy.counts().cut).toBeGreaterThanOrEqual(2);
  });

  test('stall takes a request and never answers it, also when it is over', async () => {
    const { proxy, asked, put } = await behindProxy();
    proxy.set({ kind: 'stall' });
    const giveUp = new AbortController();
    let isSettled = false;
    const hung = put('/', BODY, giveUp.signal)
      .catch((error: Error) => error.name)
      .finally(() => {
        isSettled = true;
      });
    await expect.poll(() => proxy.counts().stall).toBe(1);
    proxy.set();
    await put();
    expect(isSettled).toBe(false);
    expect(asked).toHaveLength(1);
    giveUp.abort();
    expect(await hung).toBe('AbortError');
  });

  test('slow lets everything through whole, however long that takes', async () => {
    const { proxy, put } = await behindProxy();
    proxy.set({ kind: 'slow', bytesPerSecond: 500_000 });
    expect(sha256((await put()).bytes)).toBe(sha256(BODY));
  });

  test('passes WebSockets on, and cuts them', async () => {
    const { proxy } = await behindProxy();
    const socket = new WebSocket(proxy.url.replace('http', 'ws'));
    await once(socket, 'open');
    socket.send('hello');
    const [echo] = await once(socket, 'message');
    expect(String(echo)).toBe('hello');
    expect(proxy.counts().upgrades).toBe(1);
    const closed = once(socket, 'close');
    socket.on('error', () => undefined);
    proxy.set({ kind: 'cut' });
    await closed;
  });

  test('a service that is not there is a connection that breaks off, and no answer', async () => {
    const proxy = await openFaultyProxy(() => 'http://127.0.0.1:1');
    onTestFinished(proxy.close);
    await expect(fetch(proxy.url)).rejects.toThrow();
  });
});
