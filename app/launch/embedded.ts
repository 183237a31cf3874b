import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { keySet } from '../../contract/wire.ts';
import { holdLeash } from './stage/leash.ts';

const root = join(import.meta.dirname, '..', '..');

/** A media service and a stand-in for your backend on this machine, each a process of its own. */
export type Embedded = {
  /** Base URL of the media service. */
  readonly server: string;
  /** An API key of the media service: for the backend's side only, never for the client. */
  readonly apiKey: string;
  /** What the client gets: where your backend is and the secret it knows this client by. */
  readonly connectUrl: string;
  readonly connectSecret: string;
  readonly close: () => Promise<void>;
};

/**
 * Starts both with data under `dataDir`. `under` is a program, with its arguments, to run the media service under (a
 * tracer). Throws with what the process said where one does not start.
 */
export async function startEmbedded(
  dataDir: string,
  env: NodeJS.ProcessEnv,
  under: readonly string[] = [],
): Promise<Embedded> {
  const cli = join(root, 'app', 'cli', 'main.ts');
  // A leash and not the terminal's own group: Ctrl+C is for the app, which still needs these two to deliver.
  const leash = await holdLeash('tallylight');
  const launch = (args: readonly string[], more: NodeJS.ProcessEnv = {}, wrapper: readonly string[] = []) => {
    const [program = process.execPath, ...rest] = [...wrapper, process.execPath, '--no-warnings', ...args];
    return leash.start(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...env, ...more } });
  };
  try {
    const service = launch([cli, 'backend', 'serve', '--port', '0', '--data', dataDir, '--json'], {}, under);
    const server = field(await firstLine(service, 'The media service'), 'url');
    const keyFor = async (name: string, ...roles: readonly string[]) => {
      const args = ['--name', name, '--replace', ...roles.flatMap((role) => ['--role', role])];
      const made = launch([cli, 'backend', 'key', 'create', ...args, '--data', dataDir, '--json']);
      return field(await firstLine(made, 'The key'), 'key');
    };
    // Your backend gets no more than it needs; whoever judges what was delivered has a key of its own.
    const [backendKey, apiKey] = await Promise.all([
      keyFor('your backend, this launch', 'capture'),
      keyFor('judge, this launch', 'capture', 'read', 'admin'),
    ]);
    const connectSecret = randomBytes(32).toString('base64url');
    const backend = launch([join(root, 'examples', 'your-backend', 'start.ts')], {
      TALLYLIGHT_API_KEY: backendKey,
      TALLYLIGHT_SERVER: server,
      // The port is another one each time, and so is the address; the key stays.
      TALLYLIGHT_SERVICE_KEY: await signingKey(server),
      TALLYLIGHT_CONNECT_SECRET: connectSecret,
    });
    const connectUrl = field(await firstLine(backend, 'Your backend'), 'url');
    return { server, apiKey, connectUrl, connectSecret, close: leash.release };
  } catch (error) {
    await leash.release();
    throw error;
  }
}

/** RFC 7638 thumbprint of the key that the service signs with; there is one. */
async function signingKey(server: string): Promise<string> {
  const response = await fetch(`${server}/.well-known/jwks.json`);
  const [key] = keySet.parse(await response.json()).keys;
  if (key === undefined) throw new Error('The media service publishes no key.');
  return key.kid;
}

/** The first line on stdout, which each of these programs prints when it is ready. */
function firstLine(child: ChildProcess, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    child.stderr?.on('data', (chunk: Buffer) => {
      if (said.length < 20) said.push(String(chunk));
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${name} did not start: ${said.join('').trim()}`)));
    if (child.stdout !== null) createInterface(child.stdout).once('line', resolve);
  });
}

function field(line: string, name: string): string {
  const told: unknown = JSON.parse(line);
  const value =
    typeof told === 'object' && told !== null
      ? Object.entries(told).find(([key]) => key === name)?.[1]
      : undefined;
  if (typeof value !== 'string') {
    // With --json a command tells its error on stdout, in the same form as everything else.
    const { message, action, detail } = told as { message?: string; action?: string; detail?: string };
    throw new Error([message, detail && `(${detail})`, action].filter(Boolean).join(' '));
  }
  return value;
}
