import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder and processes that end with this process, however it ends. */
export type Leash = {
  readonly folder: string;
  start(program: string, args: readonly string[], options: StartOptions): ChildProcess;
  /** Ends the processes, the last started first, and removes the folder. A second call waits for the first. */
  release(): Promise<void>;
};

export type StartOptions = { readonly stdio: StdioOptions; readonly env?: NodeJS.ProcessEnv };

/**
 * Reads process ids (and `-id` for one that ended) from stdin. When that closes without a `done`, nobody is
 * left to clean up: it ends what is still there. TERM first, because Xvfb then removes its socket and lock.
 */
const warden = `trap '' INT TERM HUP
pids=
while read -r line; do
  case $line in
    done) exit 0 ;;
    -*) pids=$(for pid in $pids; do [ "$pid" = "\${line#-}" ] || echo "$pid"; done) ;;
    *) pids="$pids $line" ;;
  esac
done
for pid in $pids; do kill -TERM "$pid"; done
tries=0
while [ $tries -lt 20 ]; do
  alive=
  for pid in $pids; do kill -0 "$pid" && alive=1; done
  [ -z "$alive" ] && break
  tries=$((tries + 1)); sleep 0.1
done
for pid in $pids; do kill -KILL "$pid"; done
rm -rf -- "$1"`;

const patienceMs = 3000;

export async function holdLeash(name: string): Promise<Leash> {
  const folder = await mkdtemp(join(tmpdir(), `${name}-`));
  // detached: Ctrl-C in a terminal reaches this process alone, which then ends the others in good order.
  const keeper = spawn('sh', ['-c', warden, 'warden', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  keeper.stdin.on('error', () => undefined);
  const running = new Set<ChildProcess>();
  let released: Promise<void> | undefined;
  const release = async () => {
    for (const child of [...running].reverse()) await end(child);
    await rm(folder, { recursive: true, force: true });
    keeper.stdin.end('done\n');
    if (keeper.exitCode === null && keeper.signalCode === null) await once(keeper, 'exit');
  };
  return {
    folder,
    start(program, args, { stdio, env = process.env }) {
      const child = spawn(program, args, { detached: true, stdio, env });
      child.on('error', () => running.delete(child));
      if (child.pid === undefined) return child;
      running.add(child);
      keeper.stdin.write(`${child.pid}\n`);
      child.once('exit', () => {
        running.delete(child);
        keeper.stdin.write(`-${child.pid}\n`);
      });
      return child;
    },
    release() {
      released ??= release();
      return released;
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const overdue = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await gone;
  clearTimeout(overdue);
}
