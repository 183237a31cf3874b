import { createHash, generateKeyPairSync, type KeyObject, randomUUID, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { portOf, type StoreServer } from './server.ts';

const BUCKET = 'recordings';
const PREFIX = 'in/here';
const EMAIL = 'copies@trial.iam.gserviceaccount.com';
/** What a chunk has to be a multiple of, unless it is the last. */
const STEP = 256 * 1024;

type Session = { readonly name: string; bytes: Buffer };
type Reply = {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer | object;
};
type Call = {
  readonly method: string;
  readonly url: URL;
  readonly incoming: IncomingMessage;
  readonly body: Buffer;
};

/**
 * The JSON API of Google Cloud Storage, as far as copies need it: resumable uploads, metadata with what was computed over the
 * object, download, deletion (cloud.google.com/storage/docs/json_api/v1). No emulator of it can be had here. Tokens are
 * verified: signed by the service account, for storage, in force. An unknown call fails. Behind a proxy that speaks TLS its own addresses are
 * `https`.
 */
export async function startGcs(scheme: 'http' | 'https' = 'http'): Promise<StoreServer> {
  const account = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const objects = new Map<string, Buffer>();
  const sessions = new Map<string, Session>();
  const server = createServer((incoming, response) => void serve(incoming, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server.address());

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', `${scheme}://${incoming.headers.host}`);
    // A connection that is cut in the middle has no answer, and what came of its chunk does not count.
    const body = await buffer(incoming).catch(() => undefined);
    if (body === undefined) return void response.destroy();
    const {
      status,
      headers = {},
      body: told = {},
    } = answer({ method: incoming.method ?? '', url, incoming, body });
    const bytes = Buffer.isBuffer(told) ? told : Buffer.from(JSON.stringify(told));
    const type = Buffer.isBuffer(told) ? 'application/octet-stream' : 'application/json';
    response.writeHead(status, { 'content-type': type, ...headers }).end(bytes);
  }

  function answer(call: Call): Reply {
    // Who knows the address of an upload may go on with it ("Resumable uploads": a session URI is as good as a token).
    const isKnown = sessions.has(call.url.searchParams.get('upload_id') ?? '');
    if (!isKnown && !isTaken(call.incoming.headers.authorization, account.publicKey))
      return refused(401, 'authError');
    const [, uploads, bucket, object] =
      /^(\/upload)?\/storage\/v1\/b\/([^/]+)\/o(?:\/([^/]+))?$/.exec(call.url.pathname) ?? [];
    if (bucket === undefined) return refused(501, 'notImplemented');
    if (bucket !== BUCKET) return refused(404, 'notFound');
    if (uploads !== undefined) return upload(call);
    return object === undefined ? refused(501, 'notImplemented') : known(call, decodeURIComponent(object));
  }

  function upload({ method, url, incoming, body }: Call): Reply {
    const { uploadType, name, upload_id: id } = Object.fromEntries(url.searchParams);
    if (uploadType !== 'resumable' || name === undefined) return refused(400, 'invalid');
    if (method === 'POST' && id === undefined) {
      const made = randomUUID();
      sessions.set(made, { name, bytes: Buffer.alloc(0) });
      url.searchParams.set('upload_id', made);
      return { status: 200, headers: { location: url.href } };
    }
    const session = sessions.get(id ?? '');
    if (method !== 'PUT' || session === undefined) return refused(404, 'notFound');
    return chunk(session, incoming.headers['content-range'] ?? '', body, id ?? '');
  }

  function chunk(session: Session, range: string, body: Buffer, id: string): Reply {
    const [, from, , total] = /^bytes (?:(\d+)-(\d+|\*)|\*)\/(\d+|\*)$/.exec(range) ?? [];
    if (total === undefined) return refused(400, 'invalid');
    if (from !== undefined && Number(from) !== session.bytes.length) return refused(400, 'invalid');
    session.bytes = Buffer.concat([session.bytes, body]);
    const isLast = total !== '*' && session.bytes.length === Number(total);
    if (!isLast && body.length % STEP !== 0) return refused(400, 'invalid');
    if (!isLast) {
      const held = session.bytes.length;
      return { status: 308, headers: held === 0 ? {} : { range: `bytes=0-${held - 1}` } };
    }
    sessions.delete(id);
    objects.set(session.name, session.bytes);
    return { status: 200, body: metadataOf(session.name, session.bytes) };
  }

  function known({ method, url }: Call, name: string): Reply {
    const bytes = objects.get(name);
    if (bytes === undefined) return refused(404, 'notFound');
    if (method === 'GET' && url.searchParams.get('alt') === 'media') return { status: 200, body: bytes };
    if (method === 'GET') return { status: 200, body: metadataOf(name, bytes) };
    if (method !== 'DELETE') return refused(501, 'notImplemented');
    objects.delete(name);
    return { status: 204 };
  }

  const place = (at: number, bucket = BUCKET) => ({
    kind: 'gcs' as const,
    endpoint: `http://127.0.0.1:${at}`,
    bucket,
    prefix: PREFIX,
  });
  return {
    port,
    place,
    nowhere: () => place(port, 'elsewhere'),
    credentials: keyFileOf(account.privateKey),
    wrongCredentials: keyFileOf(stranger.privateKey),
    names: async () => [...objects.keys()].map((name) => name.slice(PREFIX.length + 1)).sort(),
    read: async (object) => objects.get(`${PREFIX}/${object}`) ?? Buffer.alloc(0),
    // Nobody sees a session that was left, and it is forgotten after a week.
    unfinished: async () => [],
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As Google gives it out, with what a copy does not need. */
function keyFileOf(key: KeyObject): string {
  const private_key = key.export({ format: 'pem', type: 'pkcs8' });
  return JSON.stringify({ type: 'service_account', project_id: 'trial', client_email: EMAIL, private_key });
}

function metadataOf(name: string, bytes: Buffer) {
  const md5Hash = createHash('md5').update(bytes).digest('base64');
  return { kind: 'storage#object', bucket: BUCKET, name, size: String(bytes.length), md5Hash };
}

/** A token that the account has signed itself (google.aip.dev/auth/4111). */
function isTaken(authorization: string | undefined, key: KeyObject): boolean {
  const [, head, claims, signature] = /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(authorization ?? '') ?? [];
  if (head === undefined || claims === undefined || signature === undefined) return false;
  const signed = Buffer.from(`${head}.${claims}`);
  if (!verify('sha256', signed, key, Buffer.from(signature, 'base64url'))) return false;
  const { iss, scope, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString());
  const storage = 'https://www.googleapis.com/auth/devstorage.';
  return iss === EMAIL && `${scope}`.includes(storage) && exp * 1000 > Date.now();
}

function refused(code: number, reason: string): Reply {
  return { status: code, body: { error: { code, message: reason, errors: [{ reason, message: reason }] } } };
}
