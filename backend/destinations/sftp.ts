import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import Client from 'ssh2-sftp-client';
import { readBack } from './checked.ts';
import type { CredentialsOf, PlaceOf } from './destination.ts';
import { Fault } from './fault.ts';
import { isPartOf, partName } from './part-name.ts';
import { replace } from './replace.ts';
import { type ConfirmedBy, cleanUp, type OpenStore, type Upload } from './store.ts';

/** Kinds of host keys, asked for one after the other until the one that is pinned comes: a server shows one a time. */
const HOST_KEYS = [
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'rsa-sha2-256'],
] as const;

type Account = {
  readonly place: PlaceOf<'sftp'>;
  readonly credentials: CredentialsOf<'sftp'>;
  readonly idleMs: number;
};

export const openSftp: OpenStore<'sftp'> = async (place, credentials, { signal, idleMs }) => {
  const account = { place, credentials, idleMs };
  const client = await signIn(account, signal);
  const path = (object: string) => posix.join(place.directory, object);
  return {
    put: (upload) => named(() => put(client, account, path(upload.object), upload)),
    remove: (object) => named(async () => void (await client.delete(path(object)))),
    async close() {
      leave(client);
    },
  };
};

async function signIn(account: Account, signal: AbortSignal): Promise<Client> {
  for (const kinds of HOST_KEYS) {
    signal.throwIfAborted();
    const client = await signInBy(account, kinds);
    if (client === undefined) continue;
    signal.addEventListener('abort', () => leave(client), { once: true });
    await named(() => client.list(account.place.directory));
    return client;
  }
  throw new Fault('destination-refused', 'host key: not the one that is pinned');
}

/** Undefined where the host has no key of these kinds, or has another: it has not seen any credentials then. */
async function signInBy(
  { place, credentials, idleMs }: Account,
  kinds: (typeof HOST_KEYS)[number],
): Promise<Client | undefined> {
  const client = new Client();
  let level: string | undefined;
  let pinned: boolean | undefined;
  client.on('error', (error: { level?: string }) => {
    level ??= error.level;
  });
  try {
    await client.connect({
      ...proofOf(credentials),
      host: place.host,
      port: place.port,
      readyTimeout: idleMs,
      timeout: idleMs,
      algorithms: { serverHostKey: [...kinds] },
      hostVerifier: (key: Buffer) => {
        pinned = fingerprint(key) === place.hostKeySha256;
        return pinned;
      },
    });
    return client;
  } catch (error) {
    if (pinned === false || (pinned === undefined && level === 'handshake')) return undefined;
    if (level === 'client-authentication') throw new Fault('destination-refused', 'credentials');
    if (pinned === undefined && level === undefined && isOfOurs(error))
      throw new Fault('destination-refused', 'private key');
    throw error;
  }
}

function proofOf(credentials: CredentialsOf<'sftp'>) {
  if ('password' in credentials) return credentials;
  const { passphrase, ...rest } = credentials;
  return passphrase === undefined ? rest : { ...rest, passphrase };
}

/** As OpenSSH prints it. */
function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** A private key that cannot be read fails before anything is connected to. */
function isOfOurs(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Cannot parse privateKey');
}

/** Under a name that nobody looks for until it was read back; then renamed, which is at once. */
async function put(client: Client, account: Account, path: string, upload: Upload): Promise<ConfirmedBy> {
  const folder = posix.dirname(path);
  const name = posix.basename(path);
  if (posix.dirname(upload.object) !== '.') await client.mkdir(folder, true);
  const [part, aside] = [posix.join(folder, partName(name)), posix.join(folder, partName(name))];
  const signal = AbortSignal.any([upload.signal, goneOf(client)]);
  try {
    await pipeline(upload.bytes, client.createWriteStream(part), { signal });
    await readBack(addAbortSignal(signal, client.createReadStream(part)), upload);
    await rename(client, part, path, aside);
  } catch (error) {
    // This connection may be gone.
    await cleanUp((again) => undoBy(account, { part, path, aside }, again));
    throw error;
  }
  for (const left of await client.list(folder))
    if (isPartOf(name, left.name)) await client.delete(posix.join(folder, left.name), true);
  return 'read-back';
}

/** Streams of the client wait for ever for a connection that is gone. */
function goneOf(client: Client): AbortSignal {
  const gone = new AbortController();
  client.on('close', () => gone.abort(new Fault('destination-unreachable', 'closed')));
  return gone.signal;
}

/** Nobody waits for a good-bye: it never comes from a server that hangs. */
function leave(client: Client): void {
  void Promise.allSettled([client.end()]);
}

type Paths = { readonly part: string; readonly path: string; readonly aside: string };

async function undoBy(account: Account, { part, path, aside }: Paths, signal: AbortSignal): Promise<void> {
  const client = await signIn(account, signal);
  // It is there only where the connection ended before it could be put back.
  if ((await client.exists(aside)) !== false) await client.rename(aside, path);
  await client.delete(part, true);
  leave(client);
}

/** In the place of a file that is there: by OpenSSH's extension, which does it at once, and by steps where a server does not have it. */
async function rename(client: Client, part: string, path: string, aside: string): Promise<void> {
  try {
    await client.posixRename(part, path);
  } catch (error) {
    if (!isNotKnown(error)) throw error;
    const byName = (from: string, to: string) => client.rename(from, to);
    if ((await client.exists(path)) === false) await byName(part, path);
    else await replace(byName, part, path, aside);
  }
}

/** What ssh2 says, without a code, of an extension that the server has not announced. */
function isNotKnown(error: unknown): boolean {
  return error instanceof Error && error.message.includes('does not support this extended request');
}

/** Status codes of SFTP version 3 that do not pass by themselves, and what the client makes of them. */
const REFUSALS = new Set<unknown>([2, 3, 8, 'ENOENT', 'EACCES', 'ENOTDIR', 'ERR_BAD_PATH']);

async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (error instanceof Fault || !REFUSALS.has(code)) throw error;
    throw new Fault('destination-refused', `status ${code}`);
  }
}
