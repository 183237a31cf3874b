import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import { testSnapshot } from '../../main/bridge/test-snapshot.ts';
import type { Capture } from '../../main/host.ts';
import { serveFace } from './face-server.ts';

export const PAGE = '<!doctype html><title>Tallylight</title>';
export const SECRET_FILE = 'what lies beside the renderer';

export type Page = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };

/** The face server over a scripted capture process and a renderer of three files. */
export async function testFace() {
  const folder = await mkdtemp(join(tmpdir(), 'tallylight-face-'));
  const renderer = join(folder, 'renderer');
  await mkdir(join(renderer, 'assets'), { recursive: true });
  await writeFile(join(renderer, 'index.html'), PAGE);
  await writeFile(join(renderer, 'assets', 'app.js'), 'export {};');
  await writeFile(join(folder, 'secret.txt'), SECRET_FILE);
  const calls: [string, unknown][] = [];
  const logged: string[] = [];
  const listeners = new Set<(snapshot: Snapshot) => void>();
  const capture: Capture = {
    call: async (name, asked): Promise<Result<unknown>> => {
      calls.push([name, asked]);
      return name === 'snapshot.read' ? ok(testSnapshot()) : fail('not-now', name);
    },
    onSnapshot: (listener) => {
      listeners.add(listener);
      listener(testSnapshot());
      return () => listeners.delete(listener);
    },
    media: async (wish) =>
      wish.sessionId === 'cap-1234567890' ? ok(Buffer.from(JSON.stringify(wish))) : fail('recording-unknown'),
    close: async () => undefined,
  };
  const server = await serveFace(capture, `${renderer}/`, 0, (event) => logged.push(event));
  let isClosed = false;
  const close = async () => {
    if (!isClosed) await server.close();
    isClosed = true;
  };
  onTestFinished(async () => {
    await close();
    await rm(folder, { recursive: true });
  });
  const { port } = new URL(server.origin);

  /** A request whose path and headers are sent as they are, which fetch would not do. */
  function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Page> {
    return new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      });
      asked.on('error', reject);
      asked.end();
    });
  }
  /** Comes in by a fresh ticket; answers the cookie. */
  async function enter(): Promise<string> {
    const { pathname, search } = new URL(server.link());
    const { headers } = await ask(pathname + search);
    return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  }
  return { server, port, calls, logged, listeners, ask, enter, close };
}

export type Face = {
  readonly say: (text: string | Buffer) => void;
  /** The next message of a kind. */
  readonly hear: (kind: string) => Promise<unknown>;
  readonly closed: Promise<number>;
  readonly socket: WebSocket;
};

/** A page on the bridge, or the status with which it was turned away. */
export function openBridge(
  port: string,
  path: string,
  headers: Record<string, string>,
): Promise<Face | number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
    const heard: { readonly kind: string }[] = [];
    let wake: () => void = () => undefined;
    socket.on('message', (data) => {
      heard.push(JSON.parse(String(data)));
      wake();
    });
    const closed = new Promise<number>((done) => socket.on('close', done));
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    socket.on('error', reject);
    socket.on('open', () =>
      resolve({
        socket,
        closed,
        say: (text) => socket.send(text),
        hear: async (kind) => {
          for (;;) {
            const at = heard.findIndex((message) => message.kind === kind);
            if (at !== -1) return heard.splice(at, 1)[0];
            await new Promise<void>((again) => {
              wake = again;
            });
          }
        },
      }),
    );
  });
}
