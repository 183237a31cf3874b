import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DestinationPlace } from '../../destinations/destination.ts';

/** A store on loopback, as a test of destinations looks at it. */
export type StoreServer = {
  readonly port: number;
  /** The place reached through a port: the server's own, or that of a proxy in front of it. */
  readonly place: (port: number) => DestinationPlace;
  /** The same without its bucket, container or directory. */
  readonly nowhere: () => DestinationPlace;
  /** JSON texts: those that are taken, and those that are not. */
  readonly credentials: string;
  readonly wrongCredentials: string;
  /** What anybody who looks finds there, by name. Files that a server or an adapter hides are not looked for. */
  readonly names: () => Promise<string[]>;
  readonly read: (object: string) => Promise<Buffer>;
  /** What is left of unfinished uploads, as far as the server shows it. */
  readonly unfinished: () => Promise<string[]>;
  /** The file of an unfinished upload on its disk, where it grows as bytes arrive. */
  readonly growing?: () => Promise<string | undefined>;
  /** The folder on its disk that objects are in, where it is one. */
  readonly directory?: string;
  readonly stop: () => Promise<void>;
};

/** A port that was free a moment ago, for servers that cannot be given port 0. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function portOf(address: string | null | { port: number }): number {
  if (address === null || typeof address === 'string') throw new Error('it listens on a port');
  return address.port;
}

/** Starts a program that listens on a port and waits until it does. Its last words are in the error if it does not. */
export async function startProgram(
  port: number,
  program: string,
  args: string[],
  options: { readonly env?: NodeJS.ProcessEnv } = {},
): Promise<() => Promise<void>> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said = (said + chunk).slice(-4000);
    });
  const ended = once(child, 'exit');
  while (!(await listens(port))) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${program} did not start: ${said}`);
    await pause(20);
  }
  return () => stopProgram(child, ended);
}

async function stopProgram(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 3000);
  await ended;
  clearTimeout(late);
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** The files of a folder on a server's disk, below it. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort();
}

/** The file of an upload that is under way. */
export async function growingIn(folder: string): Promise<string | undefined> {
  const part = (await filesIn(folder)).find((name) => name.endsWith('.part'));
  return part === undefined ? undefined : join(folder, part);
}
