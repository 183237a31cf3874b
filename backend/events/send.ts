import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { type RequestOptions as HttpsOptions, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Address } from './targets.ts';

const MAX_ANSWER_BYTES = 64 * 1024;

export type Post = {
  readonly url: URL;
  /** The only addresses that are connected to, whatever the name means by then. */
  readonly addresses: readonly Address[];
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  /** Ends it, also while the answer is read. */
  readonly signal: AbortSignal;
};

/**
 * Posts once and answers the status. Redirects are not followed, and nothing of the answer's body is used. Rejects where no
 * answer comes.
 */
export function post({ url, addresses, headers, body, signal }: Post): Promise<number> {
  const options: HttpsOptions = {
    method: 'POST',
    headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    lookup: only(addresses),
    // A connection of its own: one that is kept might belong to another address by now.
    agent: false,
    // Whatever the variables and options of Node say.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    signal,
  };
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request: ClientRequest = send(url, options, (response) => {
      drain(response);
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function only(addresses: readonly Address[]): LookupFunction {
  return (_name, { all }, answer) => {
    const [first] = addresses;
    if (all === true) answer(null, [...addresses]);
    else if (first !== undefined) answer(null, first.address, first.family);
  };
}

/** Lets the other side finish, within reason. */
function drain(response: IncomingMessage): void {
  let bytes = 0;
  response.on('error', () => undefined);
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) response.destroy();
  });
}
