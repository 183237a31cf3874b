import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

export type PostgresServer = {
  readonly url: string;
  /** Ends it at once, as a crash does, and starts it again on what it has. */
  readonly crash: () => void;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
};

/** Starts a PostgreSQL server of its own in a temporary folder. Throws where PostgreSQL is not installed. */
export function startPostgres(): PostgresServer {
  const bin = globSync('/usr/lib/postgresql/*/bin').sort().at(-1);
  if (bin === undefined)
    throw new Error('PostgreSQL is not installed, and this test needs it: apt-get install postgresql');
  // PostgreSQL refuses to run as root; its package has made a user for it.
  const isRoot = process.getuid?.() === 0;
  const run = (command: string, ...args: string[]) =>
    isRoot
      ? execFileSync('runuser', ['-u', 'postgres', '--', command, ...args], { cwd: '/', stdio: 'pipe' })
      : execFileSync(command, args, { stdio: 'pipe' });
  const root = run('mktemp', '-d', '/tmp/tallylight-pg-XXXXXX').toString().trim();
  const data = join(root, 'data');
  run(join(bin, 'initdb'), '-D', data, '-U', 'tallylight', '--auth=trust', '--no-sync', '--encoding=UTF8');
  // Only a socket in its own folder: no port to collide on. The test may lose everything, so it need not sync.
  const options = `-c listen_addresses= -c unix_socket_directories=${root} -c fsync=off`;
  const start = () =>
    void run(join(bin, 'pg_ctl'), '-D', data, '-l', join(root, 'log'), '-w', '-o', options, 'start');
  const crash = () => void run(join(bin, 'pg_ctl'), '-D', data, '-m', 'immediate', '-w', 'stop');
  start();
  return {
    url: `postgres://tallylight@localhost/postgres?host=${encodeURIComponent(root)}`,
    start,
    crash,
    async stop() {
      crash();
      await rm(root, { recursive: true, force: true });
    },
  };
}
