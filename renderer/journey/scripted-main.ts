import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { CallName } from '../../contract/bridge/names.ts';
import { CALLS, callMessage } from '../../contract/bridge/schema.ts';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { snapshot as snapshotSchema } from '../../contract/bridge/snapshot.ts';
import type { Result } from '../../contract/result.ts';
import { ok } from '../../contract/result.ts';

/** What the hosts send with the page. */
export const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

type Answer = (request: unknown) => Result<Snapshot>;

export type Call = { readonly name: CallName; readonly request: unknown };

/**
 * Main as a script: says the snapshots a test gives it and answers the calls a test expects. Anything else is
 * written down in `surprises`, which every test wants empty. What it says and hears is held to the contract.
 */
export class ScriptedMain {
  readonly calls: Call[] = [];
  readonly surprises: string[] = [];
  readonly #answers = new Map<CallName, Answer>();
  readonly #held: (() => void)[] = [];
  readonly #sockets = new Set<WebSocket>();
  readonly #server;
  #latest: Snapshot;
  #holding = false;
  #deaf = false;
  #closed = false;
  #wasGone = false;
  #questions = 0;

  constructor(root: string, first: Snapshot) {
    this.#latest = first;
    const bridge = new WebSocketServer({ noServer: true });
    this.#server = createServer(async (request, response) => {
      const path = new URL(request.url ?? '/', 'http://main').pathname;
      const file = join(root, path === '/' ? 'index.html' : path);
      const body = await readFile(file).catch(() => null);
      response.setHeader('content-security-policy', CSP);
      response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
      if (body === null) this.surprises.push(`GET ${path}`);
      response.writeHead(body === null ? 404 : 200).end(body);
    });
    this.#server.on('upgrade', (request, socket, head) => {
      if (this.#closed || request.url !== '/bridge') socket.destroy();
      else bridge.handleUpgrade(request, socket, head, (face) => this.#welcome(face));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}/`;
  }

  say(snapshot: Snapshot): void {
    this.#latest = snapshotSchema.parse(snapshot);
    for (const face of this.#sockets) this.#send(face, { kind: 'snapshot', snapshot: this.#latest });
  }

  /** Expects a call by this name. Without an answer of its own it is met with the latest snapshot. */
  expect(name: CallName, answer: Answer = () => ok(this.#latest)): void {
    this.#answers.set(name, answer);
  }

  /** Keeps the answers back until `release`. */
  hold(): void {
    this.#holding = true;
  }

  release(): void {
    this.#holding = false;
    for (const send of this.#held.splice(0)) send();
  }

  /** Hangs: the sockets stay open and nothing is answered. */
  hang(): void {
    this.#deaf = true;
  }

  wake(): void {
    this.#deaf = false;
  }

  /** Whether it was ever gone: then the browser complains of it, and rightly. */
  get wasGone(): boolean {
    return this.#wasGone;
  }

  /** How often a face asked whether main is still there. */
  get questions(): number {
    return this.#questions;
  }

  /** Goes away without a word, and lets nobody back in until `comeBack`. */
  goAway(): void {
    this.#closed = true;
    this.#wasGone = true;
    for (const face of this.#sockets) face.terminate();
  }

  comeBack(snapshot: Snapshot): void {
    this.#latest = snapshot;
    this.#closed = false;
  }

  async close(): Promise<void> {
    this.goAway();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #welcome(face: WebSocket): void {
    this.#sockets.add(face);
    face.on('close', () => this.#sockets.delete(face));
    face.on('message', (data) => this.#hear(face, String(data)));
    this.#send(face, { kind: 'snapshot', snapshot: this.#latest });
  }

  #hear(face: WebSocket, text: string): void {
    const { id, name, request } = callMessage.parse(JSON.parse(text));
    if (name === 'snapshot.read') {
      this.#questions += 1;
      if (!this.#deaf) this.#send(face, { kind: 'reply', id, result: ok(this.#latest) });
      return;
    }
    const call = name as CallName;
    const answer = this.#answers.get(call);
    if (answer === undefined || !CALLS[call].request.safeParse(request).success) {
      this.surprises.push(text);
      return;
    }
    this.calls.push({ name: call, request });
    const reply = () => this.#send(face, { kind: 'reply', id, result: answer(request) });
    if (this.#holding) this.#held.push(reply);
    else reply();
  }

  #send(face: WebSocket, message: unknown): void {
    face.send(JSON.stringify(message));
  }
}
