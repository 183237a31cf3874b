import { isIP, Socket } from 'node:net';
import type { DestinationPlace } from './destination.ts';
import { Fault } from './fault.ts';

export type Address = { readonly address: string; readonly family: number };

/**
 * The address that the client of this place connects to; undefined: Amazon's own, which nobody chooses. What is checked and what
 * is connected to must be the same: for S3 the bucket is part of the host's name unless it stands in the path.
 */
export function addressOf(place: DestinationPlace): string | undefined {
  if (place.kind === 'ftp' || place.kind === 'sftp') {
    const host = place.host.includes(':') ? `[${place.host}]` : place.host;
    // Which protocol it is does not matter here: hosts and ports are looked at, and whether it is protected was asked before.
    return `https://${host}:${place.port}/`;
  }
  if (place.endpoint === undefined) return undefined;
  if (place.kind !== 's3' || place.pathStyle) return place.endpoint;
  const url = new URL(place.endpoint);
  if (isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0 || !isHostable(place.bucket, url))
    return place.endpoint;
  url.hostname = `${place.bucket}.${url.hostname}`;
  return url.href;
}

/** As the rules of Amazon's clients have it (aws.isVirtualHostableS3Bucket): a certificate has no room for further dots. */
function isHostable(bucket: string, { protocol }: URL): boolean {
  const label = /^[a-z0-9][a-z0-9-]*[a-z0-9]$|^[a-z0-9]$/;
  const labels = protocol === 'http:' ? bucket.split('.') : [bucket];
  return labels.every((each) => label.test(each));
}

/** Where the provider is its own, what its client has by itself. */
function targetOf(place: DestinationPlace): URL | undefined {
  const address = addressOf(place);
  if (address !== undefined) return new URL(address);
  if (place.kind === 'azure') return new URL(`https://${place.account}.blob.core.windows.net`);
  return place.kind === 'gcs' ? new URL('https://storage.googleapis.com') : undefined;
}

type Options = { host?: string | null; port?: number | string; lookup?: unknown };
type Found = (error: Error | null, address: string | readonly Address[], family?: number) => void;

/**
 * From now on this process connects to nothing but the host of its place, whatever a client is told by a redirect, an upload's
 * address or an FTP server; by these addresses alone, where they were checked before.
 */
export function reachOnly(place: DestinationPlace, addresses: readonly Address[] = []): void {
  const target = targetOf(place);
  if (target === undefined) return;
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const port = Number(target.port || (target.protocol === 'http:' ? 80 : 443));
  const connect = Socket.prototype.connect as (this: Socket, ...given: unknown[]) => Socket;
  const known = new Set([host, ...addresses.map(({ address }) => address)]);
  function lookup(_name: string, options: { all?: boolean }, found: Found): void {
    const [first] = addresses;
    if (options.all === true) found(null, addresses);
    else if (first !== undefined) found(null, first.address, first.family);
  }
  function bound(this: Socket, ...given: unknown[]): Socket {
    // `net.connect` hands its arguments on as a list.
    const options = (Array.isArray(given[0]) ? given[0][0] : given[0]) as Options;
    const to = (options.host ?? 'localhost').toLowerCase();
    // The data of FTP comes by ports that the server chooses.
    const isPort = place.kind === 'ftp' || Number(options.port) === port;
    if (!known.has(to) || !isPort) {
      this.destroy(new Fault('destination-refused', 'it leads to another host'));
      return this;
    }
    if (addresses.length > 0) options.lookup = lookup;
    this.once('connect', () => known.add(this.remoteAddress ?? to));
    return connect.apply(this, given);
  }
  Socket.prototype.connect = bound as typeof Socket.prototype.connect;
}
