import { posix } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { Client, FTPError } from 'basic-ftp';
import { readBack } from './checked.ts';
import type { CredentialsOf, PlaceOf } from './destination.ts';
import { Fault } from './fault.ts';
import { isPartOf, partName } from './part-name.ts';
import { replace } from './replace.ts';
import { type ConfirmedBy, cleanUp, type OpenStore, type Upload } from './store.ts';

type Account = {
  readonly place: PlaceOf<'ftp'>;
  readonly credentials: CredentialsOf<'ftp'>;
  readonly idleMs: number;
};

export const openFtp: OpenStore<'ftp'> = async (place, credentials, { signal, idleMs }) => {
  const account = { place, credentials, idleMs };
  const client = await named(() => signIn(account, signal));
  const home = await named(() => client.pwd());
  return {
    put: (upload) => named(() => put({ client, home, account }, upload)),
    remove: (object) =>
      named(async () => {
        await client.cd(home);
        await client.remove(object);
      }),
    async close() {
      client.close();
    },
  };
};

type Session = { readonly client: Client; readonly home: string; readonly account: Account };

/** Signed in and in the directory of the place; an aborted signal closes it. */
async function signIn({ place, credentials, idleMs }: Account, signal: AbortSignal): Promise<Client> {
  const client = new Client(idleMs, { allowSeparateTransferHost: false });
  signal.throwIfAborted();
  signal.addEventListener('abort', () => client.close(), { once: true });
  const { host, port, security, directory } = place;
  const { username: user, password } = credentials;
  await client.access({ host, port, user, password, secure: security === 'tls' });
  await client.cd(directory);
  return client;
}

/** Under a name that nobody looks for until it was read back; then renamed, which is at once. */
async function put({ client, home, account }: Session, upload: Upload): Promise<ConfirmedBy> {
  const folder = posix.dirname(upload.object);
  const name = posix.basename(upload.object);
  await client.cd(home);
  if (folder !== '.') await client.ensureDir(folder);
  const [part, aside] = [partName(name), partName(name)];
  try {
    await client.uploadFrom(Readable.from(upload.bytes, { objectMode: false }), part);
    await confirm(client, part, upload);
    await rename(client, part, name, aside);
  } catch (error) {
    // This connection may be gone.
    await cleanUp((signal) => undoBy(account, folder, { part, name, aside }, signal));
    throw error;
  }
  for (const left of await client.list()) if (isPartOf(name, left.name)) await client.remove(left.name, true);
  return 'read-back';
}

type Names = { readonly part: string; readonly name: string; readonly aside: string };

async function undoBy(
  account: Account,
  folder: string,
  { part, name, aside }: Names,
  signal: AbortSignal,
): Promise<void> {
  const client = await signIn(account, signal);
  await client.cd(folder);
  // It is there only where the connection ended before it could be put back.
  const names = (await client.list()).map((each) => each.name);
  if (names.includes(aside)) await client.rename(aside, name);
  await client.remove(part, true);
  client.close();
}

async function confirm(client: Client, part: string, upload: Upload): Promise<void> {
  const bytes = new PassThrough();
  const read = readBack(bytes, upload);
  await Promise.all([client.downloadTo(bytes, part), read]);
}

/** RFC 959 does not say what becomes of a file that has the name already: some servers refuse. */
async function rename(client: Client, part: string, name: string, aside: string): Promise<void> {
  try {
    await client.rename(part, name);
  } catch (error) {
    if (!(error instanceof FTPError)) throw error;
    await replace((from, to) => client.rename(from, to), part, name, aside);
  }
}

/** Replies by RFC 959: 4xx passes by itself, 5xx does not. Their text is the server's and is not told. */
async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FTPError)) throw error;
    const code = error.code >= 500 ? 'destination-refused' : 'destination-unreachable';
    throw new Fault(code, `reply ${error.code}`);
  }
}
