import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { pipeline, Transform } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from './certificate.ts';
import { portOf } from './server.ts';

/** Between a client and a server on loopback. */
export type Between = {
  readonly port: number;
  /** Bytes that came from the client so far. */
  readonly passed: () => number;
  /** Resets every connection, and every one that comes. */
  readonly cut: () => void;
  /** Does so in place of passing on the first bytes of a client that are so. */
  readonly cutAt: (isSo: (chunk: Buffer) => boolean) => void;
  /** Lets nothing through any more, in either direction; connections stay. */
  readonly hang: () => void;
  /** Changes one bit in the first run of these bytes that a client sends. */
  readonly flip: (run: Buffer) => void;
  readonly stop: () => Promise<void>;
};

/** Starts one. With a certificate clients speak TLS to it, and it speaks plainly to the server. */
export async function startProxy(to: number, certificate?: Certificate): Promise<Between> {
  const sockets = new Set<Socket>();
  const state = { isCut: false, hangs: false, passed: 0, flip: undefined as Buffer | undefined };
  let isCutAt: (chunk: Buffer) => boolean = () => false;
  const cut = () => {
    state.isCut = true;
    for (const socket of sockets) if ('resetAndDestroy' in socket) socket.resetAndDestroy();
  };
  const accept = (client: Socket) => {
    const server = connect({ port: to, host: '127.0.0.1', noDelay: true });
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    if (state.isCut) return void [client, server].map((socket) => socket.destroy());
    pipeline(client, passing(), server, () => client.destroy());
    pipeline(server, holding(), client, () => server.destroy());
  };
  const passing = () =>
    new Transform({
      transform(chunk: Buffer, _encoding, next) {
        state.passed += chunk.length;
        if (state.hangs) return;
        if (isCutAt(chunk)) return cut();
        next(null, flipped(chunk));
      },
    });
  const holding = () =>
    new Transform({
      transform(chunk: Buffer, _encoding, next) {
        if (!state.hangs) next(null, chunk);
      },
    });
  const flipped = (chunk: Buffer) => {
    const at = state.flip === undefined ? -1 : chunk.indexOf(state.flip);
    if (at < 0) return chunk;
    state.flip = undefined;
    const changed = Buffer.from(chunk);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    return changed;
  };
  const listener =
    certificate === undefined
      ? createServer({ noDelay: true }, accept)
      : createTlsServer({ ...certificate, noDelay: true }, accept);
  const server = listener.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server.address()),
    passed: () => state.passed,
    cut,
    cutAt(isSo) {
      isCutAt = isSo;
    },
    hang() {
      state.hangs = true;
    },
    flip(run) {
      state.flip = run;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
