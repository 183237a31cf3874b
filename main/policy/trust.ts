import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { KeySet } from '../../contract/wire.ts';
import { diskError } from '../vault/disk-error.ts';
import { replaceFile } from '../vault/durable.ts';
import { isNamedRight, type ServiceKey } from './signed.ts';

const FILE = 'trust.json';
const trustFile = z.strictObject({
  format: z.literal(1),
  /** By the origin of the service's address. */
  services: z.record(
    z.string(),
    z.strictObject({ kid: z.string(), x: z.string(), firstSeen: z.iso.datetime() }),
  ),
});
type TrustFile = z.infer<typeof trustFile>;

/** Which key signs for which media service, kept in `trust.json` of the data folder from the first meeting on. */
export type Trust = {
  /** Undefined where the service was never met. Error: `policy-untrusted` where the file cannot be understood. */
  readonly pinned: (server: string) => Promise<Result<ServiceKey | undefined>>;
  /** A key by its name, whichever service it is pinned for; undefined where it is none of them. Error: as above. */
  readonly named: (kid: string) => Promise<Result<ServiceKey | undefined>>;
  /** From now on this key signs for the service. Errors: those of the disk, `policy-untrusted`. */
  readonly pin: (server: string, key: ServiceKey) => Promise<Result<void>>;
};

export function trustIn(dataDir: string, now: () => Date): Trust {
  const path = join(dataDir, FILE);
  let writing: Promise<unknown> = Promise.resolve();

  async function read(): Promise<Result<TrustFile>> {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      return isMissing ? ok({ format: 1, services: {} }) : { ok: false, error: diskError(error, FILE) };
    }
    const parsed = trustFile.safeParse(jsonOf(text));
    // To begin anew here would be to trust whoever damaged it.
    return parsed.success ? ok(parsed.data) : fail('policy-untrusted', `${path} cannot be understood`);
  }

  async function write(server: string, { kid, x }: ServiceKey): Promise<Result<void>> {
    const known = await read();
    if (!known.ok) return known;
    const services = {
      ...known.value.services,
      [originOf(server)]: { kid, x, firstSeen: now().toISOString() },
    };
    try {
      await replaceFile(path, `${JSON.stringify({ format: 1, services }, null, 2)}\n`);
      return ok(undefined);
    } catch (error) {
      return { ok: false, error: diskError(error, FILE) };
    }
  }

  return {
    pinned: async (server) => {
      const known = await read();
      return known.ok ? ok(known.value.services[originOf(server)]) : known;
    },
    named: async (kid) => {
      const known = await read();
      return known.ok ? ok(Object.values(known.value.services).find((key) => key.kid === kid)) : known;
    },
    pin: (server, key) => {
      const written = writing.then(() => write(server, key));
      writing = written;
      return written;
    },
  };
}

/** What is pinned belongs to an origin (RFC 6454), not to a path on it. */
export function originOf(server: string): string {
  return URL.parse(server)?.origin ?? server;
}

/**
 * Whether a key may sign for a service: it has to be the one that your backend names, or else the one that is pinned,
 * or else it is the first. Error: `policy-untrusted`, naming both.
 */
export function maySign(kid: string, named: string | undefined, pinned: string | undefined): Result<void> {
  const expected = named ?? pinned;
  if (expected === undefined || expected === kid) return ok(undefined);
  const because = named === undefined ? 'pinned here' : 'named by your backend';
  return fail('policy-untrusted', `signed with key ${short(kid)}, ${because} is ${short(expected)}`);
}

/** The key of that name among those that the service publishes. Error: `policy-untrusted`. */
export async function keyAmong({ keys }: KeySet, kid: string): Promise<Result<ServiceKey>> {
  const found = keys.find((key) => key.kid === kid);
  return found !== undefined && (await isNamedRight(found))
    ? ok({ kid, x: found.x })
    : fail('policy-untrusted', `the service does not publish the key ${short(kid)}`);
}

function short(kid: string): string {
  return kid.length > 12 ? `${kid.slice(0, 12)}…` : kid;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
