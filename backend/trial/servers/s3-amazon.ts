import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { startS3 } from './s3.ts';
import { type Call, isSigned, isWhole } from './s3-signature.ts';
import { portOf, type StoreServer } from './server.ts';

type Reply = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly body: Buffer };

/**
 * s3rver, and in front of it what Amazon S3 does besides: it verifies signatures, checks x-amz-checksum-sha256 of what arrives, keeps it, and
 * shows it (Amazon S3 User Guide, "Checking object integrity"); and it ends unfinished uploads. An unknown call fails.
 */
export async function startAmazon(accessKeyId: string, secretAccessKey: string): Promise<StoreServer> {
  const inner = await startS3(accessKeyId, secretAccessKey);
  const shop = new Map<string, string>();
  const open = new Map<string, Map<number, string>>();
  const server = createServer((incoming, response) => void serve(incoming, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server.address());

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://store');
    // A connection that is cut in the middle has no answer.
    const body = await buffer(incoming).catch(() => undefined);
    if (body === undefined) return void response.destroy();
    const { status, headers, body: answered } = await answer({ url, incoming, body });
    response.writeHead(status, headers).end(incoming.method === 'HEAD' ? undefined : answered);
  }

  async function answer(call: Call): Promise<Reply> {
    const { url, incoming, body } = call;
    const upload = url.searchParams.get('uploadId');
    if (!isSigned(call, accessKeyId, secretAccessKey)) return refused(403, 'SignatureDoesNotMatch');
    if (!isWhole(call)) return refused(400, 'XAmzContentSHA256Mismatch');
    const sum = incoming.headers['x-amz-checksum-sha256'];
    const computed = createHash('sha256').update(body).digest('base64');
    if (typeof sum === 'string' && sum !== computed) return refused(400, 'BadDigest');
    switch (`${incoming.method} ${[...url.searchParams.keys()].sort()}`) {
      case 'PUT x-id':
        return kept(await passOn(call), () => shop.set(url.pathname, computed));
      case 'POST uploads': {
        const reply = await passOn(call);
        const id = /<UploadId>([^<]+)</.exec(reply.body.toString())?.[1];
        return kept(reply, () => id !== undefined && open.set(id, new Map()));
      }
      case 'PUT partNumber,uploadId,x-id': {
        if (sum === undefined) return refused(400, 'InvalidRequest');
        const part = Number(url.searchParams.get('partNumber'));
        return kept(await passOn(call), () => open.get(upload ?? '')?.set(part, computed));
      }
      case 'POST uploadId': {
        const parts = open.get(upload ?? '') ?? new Map<number, string>();
        const named = [...body.toString().matchAll(/<ChecksumSHA256>([^<]+)</g)].map(([, each]) => each);
        if (named.join() !== [...parts.values()].join()) return refused(400, 'InvalidPart');
        return kept(await passOn(call), () => {
          shop.set(url.pathname, compositeOf([...parts.values()]));
          open.delete(upload ?? '');
        });
      }
      case 'DELETE uploadId,x-id':
        return open.delete(upload ?? '')
          ? { status: 204, headers: {}, body: Buffer.alloc(0) }
          : refused(404, 'NoSuchUpload');
      case 'HEAD ': {
        const reply = await passOn(call);
        const shown = shop.get(url.pathname);
        if (shown === undefined || incoming.headers['x-amz-checksum-mode'] !== 'ENABLED') return reply;
        return { ...reply, headers: { ...reply.headers, 'x-amz-checksum-sha256': shown } };
      }
      case 'DELETE x-id':
        return kept(await passOn(call), () => shop.delete(url.pathname));
      default:
        return refused(501, 'NotImplemented');
    }
  }

  async function passOn({ incoming, body }: Call): Promise<Reply> {
    const { method, url: path, headers } = incoming;
    const sent = request({ host: '127.0.0.1', port: inner.port, method, path, headers, agent: false });
    sent.end(body);
    const [reply] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: reply.statusCode ?? 500, headers: reply.headers, body: await buffer(reply) };
  }

  return {
    ...inner,
    port,
    wrongCredentials: JSON.stringify({ accessKeyId, secretAccessKey: 'x'.repeat(40) }),
    place: (at) => ({ ...inner.place(at), checksums: true }),
    nowhere: () => ({ ...inner.nowhere(), endpoint: `http://127.0.0.1:${port}`, checksums: true }),
    unfinished: async () => [...open.keys()],
    async stop() {
      server.closeAllConnections();
      server.close();
      await inner.stop();
    },
  };
}

function kept(reply: Reply, note: () => unknown): Reply {
  if (reply.status < 300) note();
  return reply;
}

/** The checksum of an object of several parts: that of theirs, and how many they are. */
function compositeOf(sums: readonly string[]): string {
  const hash = createHash('sha256');
  for (const sum of sums) hash.update(Buffer.from(sum, 'base64'));
  return `${hash.digest('base64')}-${sums.length}`;
}

function refused(status: number, code: string): Reply {
  const body = Buffer.from(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`);
  return { status, headers: { 'content-type': 'application/xml' }, body };
}
