import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { Leash } from './leash.ts';

export type Screen = { readonly width: number; readonly height: number };

/** Starts a display of its own and returns its name, such as `:3`, once it takes connections. */
export async function startDisplay(leash: Leash, screen: Screen): Promise<string> {
  const size = `${screen.width}x${screen.height}x24`;
  // -noreset: without it the server starts afresh whenever its last client leaves, dropping who comes just then.
  const args = ['-displayfd', '3', '-screen', '0', size, '-nolisten', 'tcp', '-noreset'];
  const server = leash.start('Xvfb', args, {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_RUNTIME_DIR: leash.folder },
  });
  let complaint = '';
  server.stderr?.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-2000);
  });
  // Xvfb picks a free number and writes it here when it is ready, not before.
  const answer = server.stdio[3] as Readable;
  const ended = once(server, 'exit').then(() => {
    throw new Error(`Xvfb ended before it was ready: ${complaint.trim()}`);
  });
  const number = await Promise.race([firstLine(answer), ended]);
  ended.catch(() => undefined);
  return `:${number}`;
}

async function firstLine(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  const number = text.trim();
  if (!/^\d+$/.test(number)) throw new Error('Xvfb ended before it was ready');
  return number;
}
