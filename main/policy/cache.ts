import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { PolicyClaims } from '../../contract/policy.ts';
import { ok, type Result } from '../../contract/result.ts';
import { diskError } from '../vault/disk-error.ts';
import { replaceFile } from '../vault/durable.ts';

const FILE = 'policies.json';
const cacheFile = z.object({ format: z.literal(1), policies: z.record(z.string(), z.string()) });

/** Whose policy it is. */
export type PolicyScope = Pick<PolicyClaims, 'tenant' | 'collection'> & { readonly origin: string };

/** The newest policy of each collection that was verified on this device, as the service signed it. */
export type PolicyCache = {
  /** The JWS; undefined where none is known. Whoever reads it verifies it: a file can be edited. */
  readonly read: (scope: PolicyScope) => Promise<string | undefined>;
  /** Errors: those of the disk. */
  readonly write: (scope: PolicyScope, jws: string) => Promise<Result<void>>;
};

export function policyCacheIn(dataDir: string): PolicyCache {
  const path = join(dataDir, FILE);
  let writing: Promise<unknown> = Promise.resolve();

  async function policies(): Promise<Record<string, string>> {
    try {
      return cacheFile.parse(JSON.parse(await readFile(path, 'utf8'))).policies;
    } catch {
      // Missing or damaged: what is told now is the newest that is known, as it is on another device.
      return {};
    }
  }
  async function write(scope: PolicyScope, jws: string): Promise<Result<void>> {
    const known = await policies();
    try {
      const changed = { format: 1, policies: { ...known, [nameOf(scope)]: jws } };
      await replaceFile(path, `${JSON.stringify(changed, null, 2)}\n`);
      return ok(undefined);
    } catch (error) {
      return { ok: false, error: diskError(error, FILE) };
    }
  }
  return {
    read: async (scope) => (await policies())[nameOf(scope)],
    write: (scope, jws) => {
      const written = writing.then(() => write(scope, jws));
      writing = written;
      return written;
    },
  };
}

function nameOf({ origin, tenant, collection }: PolicyScope): string {
  return JSON.stringify([origin, tenant, collection]);
}
