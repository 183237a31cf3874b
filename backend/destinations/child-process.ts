import { type ChildProcess, spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex, Writable } from 'node:stream';
import { ANSWER_FD, type Answer, answer, ORDER_FD, type OrderHead, STOP } from './protocol.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const ENTRY = join(import.meta.dirname, 'child.ts');

/** As long as a child may take to end once its order's pipe is closed. */
const END_MS = 5000;

export type Child = {
  readonly process: ChildProcess;
  readonly media: Writable;
  readonly order: (
    head: Omit<OrderHead, 'keyBytes' | 'sealedBytes'>,
    key: Uint8Array,
    sealed: string,
  ) => void;
  readonly answers: AsyncIterable<Answer>;
  /** Asks it to leave nothing half behind. */
  readonly stop: () => void;
  /** Closes its pipes, by which it ends; resolves when it is gone. */
  readonly end: () => Promise<void>;
};

/**
 * Starts a transfer process. It is told nothing by arguments or environment, and what it says to the console is lost.
 * `inspecting` are flags of Node's by which a test looks into it.
 */
export function startChild(inspecting: readonly string[] = []): Child {
  const child = spawn(process.execPath, [...flags(), ...inspecting, ENTRY], {
    env: environment(),
    stdio: ['pipe', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const [control, answers] = [pipeOf(child, ORDER_FD), pipeOf(child, ANSWER_FD)];
  const media = child.stdin as Writable;
  // A child that is gone is told by its answers, which end.
  for (const pipe of [control, answers, media]) pipe.on('error', () => undefined);
  return {
    process: child,
    media,
    order: (head, key, sealed) => order(control, head, key, Buffer.from(sealed, 'base64')),
    answers: answersOf(answers),
    stop: () => void control.write(Buffer.of(STOP)),
    async end() {
      for (const pipe of [control, media]) pipe.destroy();
      const late = setTimeout(() => child.kill('SIGKILL'), END_MS);
      await gone;
      clearTimeout(late);
    },
  };
}

/**
 * It reads the code it runs and nothing else of the machine, writes one file of the kernel's, starts nothing and loads no
 * native code. Nobody attaches a debugger by a signal. Memory that is free again is cleared.
 */
function flags(): string[] {
  const readable = new Set([ROOT, realpathSync(join(ROOT, 'node_modules'))]);
  return [
    '--no-warnings',
    '--disable-sigusr1',
    '--permission',
    ...[...readable].map((path) => `--allow-fs-read=${path}/*`),
    '--allow-fs-write=/proc/self/coredump_filter',
    '--expose-gc',
    '--clear-free-memory',
  ];
}

/**
 * Nothing of the service's, where the clients would find settings and credentials of the machine. Memory outside of the heap
 * is overwritten as it is given back (mallopt(3), M_PERTURB), where the C library is glibc.
 */
function environment(): NodeJS.ProcessEnv {
  const { SystemRoot } = process.env;
  return {
    AWS_EC2_METADATA_DISABLED: 'true',
    GLIBC_TUNABLES: 'glibc.malloc.perturb=165:glibc.malloc.tcache_count=0',
    ...(SystemRoot === undefined ? {} : { SystemRoot }),
  };
}

function pipeOf(child: ChildProcess, descriptor: number): Duplex {
  return child.stdio[descriptor] as Duplex;
}

function order(
  control: Writable,
  head: Omit<OrderHead, 'keyBytes' | 'sealedBytes'>,
  key: Uint8Array,
  sealed: Buffer,
): void {
  const whole: OrderHead = { ...head, keyBytes: key.length, sealedBytes: sealed.length };
  control.write(`${JSON.stringify(whole)}\n`);
  control.write(key);
  control.write(sealed);
}

async function* answersOf(pipe: Duplex): AsyncGenerator<Answer> {
  for await (const line of createInterface({ input: pipe })) yield answer.parse(JSON.parse(line));
}
