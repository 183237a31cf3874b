import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { fail, ok, type Result } from '../../contract/result.ts';
import { settingRefused } from '../../contract/setting.ts';
import { isPublicAddress } from './addresses.ts';

export type Address = { readonly address: string; readonly family: number };

/** Finds all addresses of a name. Rejects where there is none. */
export type Resolve = (name: string) => Promise<readonly Address[]>;

/** Where events may go, or copies. */
export type Targets = {
  /** By its form alone, when somebody names it. Error: `target-forbidden`. */
  check(url: string): Result<URL>;
  /**
   * The addresses it has now, all of which may be connected to; nothing else may. Error: `target-forbidden`. Rejects where
   * the name has no address.
   */
  locate(url: string): Promise<Result<{ readonly url: URL; readonly addresses: readonly Address[] }>>;
};

/**
 * `allowed` are the admin's exceptions, `host` or `host:port`: these may be of a private network, and be asked without TLS.
 * `variable` is where they were named. Error: `setting-refused`.
 */
export function targetsOf(
  allowed: readonly string[] = [],
  resolve: Resolve = (name) => lookup(name, { all: true }),
  variable = 'TALLYLIGHT_WEBHOOK_ALLOW',
): Result<Targets> {
  const exceptions = new Set<string>();
  for (const entry of allowed) {
    const named = exceptionOf(entry);
    if (named === undefined)
      return settingRefused(
        variable,
        `${entry} is not what it takes: host or host:port, with commas between several`,
      );
    exceptions.add(named);
  }
  const isException = (url: URL) =>
    exceptions.has(url.hostname) || exceptions.has(`${url.hostname}:${portOf(url)}`);

  function check(text: string): Result<URL> {
    // The parser of URLs writes every spelling of an address, 0x7f.1 or 2130706433, in the usual one.
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !['https:', 'http:'].includes(url.protocol)) return forbidden('no https://');
    if (url.username !== '' || url.password !== '') return forbidden('it has a password in it');
    if (isException(url)) return ok(url);
    if (url.protocol === 'http:') return forbidden('no https://');
    if (/(^|\.)localhost\.?$/.test(url.hostname)) return forbidden('it is this machine');
    const literal = literalOf(url);
    return literal !== undefined && !isPublicAddress(literal) ? forbidden('it is not public') : ok(url);
  }

  return ok({
    check,
    async locate(text) {
      const checked = check(text);
      if (!checked.ok) return checked;
      const url = checked.value;
      const literal = literalOf(url);
      const addresses =
        literal === undefined ? await resolve(url.hostname) : [{ address: literal, family: isIP(literal) }];
      if (addresses.length === 0) throw new Error('the name has no address');
      // One private address among public ones is what an attacker's name looks like, so all have to be public.
      if (!isException(url) && !addresses.every(({ address }) => isPublicAddress(address)))
        return forbidden('its address is not public');
      return ok({ url, addresses });
    },
  });
}

function forbidden(why: string) {
  return fail('target-forbidden', why);
}

/** The address that the URL names itself; undefined: it names a host. */
function literalOf({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? undefined : bare;
}

function portOf({ protocol, port }: URL): string {
  return port !== '' ? port : protocol === 'https:' ? '443' : '80';
}

/** As `URL` writes it, so that one spelling is as good as another; undefined where it is none. */
function exceptionOf(entry: string): string | undefined {
  const text = `http://${entry.trim()}`;
  if (!/^[^\s/?#@]+$/.test(entry.trim()) || !URL.canParse(text)) return undefined;
  const { hostname, port } = new URL(text);
  // `URL` leaves out the usual port of http, which here was said on purpose.
  return /:\d+$/.test(entry) && !/^\[[^\]]*\]$/.test(entry)
    ? `${hostname}:${port === '' ? '80' : port}`
    : hostname;
}
