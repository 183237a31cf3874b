import { mkdir } from 'node:fs/promises';
import { fail, ok, type Result } from '../contract/result.ts';
import { makeKey } from './access/keys.ts';
import type { Log } from './log.ts';
import { type Service, startService } from './serve.ts';
import { openStore, type StoreConfig } from './store/open.ts';

type Environment = { readonly [name: string]: string | undefined };

export type ServeOptions = {
  readonly dataDir: string;
  readonly port: number;
  readonly host?: string;
  readonly log?: Log;
  /**
   * TALLYLIGHT_DATABASE_URL: `postgres://…` in place of the SQLite file.
   * TALLYLIGHT_PUBLIC_URL: where clients reach the service.
   * TALLYLIGHT_BEHIND_TLS_PROXY=1: TLS is terminated in front of it.
   */
  readonly environment?: Environment;
};

/** Starts the media service as the command line does. Errors as `startService`, and `usage` for the variables. */
export async function serve(options: ServeOptions): Promise<Result<Service>> {
  const { environment = process.env, ...rest } = options;
  const store = storeOf(options.dataDir, environment);
  if (!store.ok) return store;
  const publicUrl = environment.TALLYLIGHT_PUBLIC_URL?.replace(/\/+$/, '');
  return startService({
    ...rest,
    ...store.value,
    ...(publicUrl === undefined ? {} : { publicUrl }),
    behindTlsProxy: environment.TALLYLIGHT_BEHIND_TLS_PROXY === '1',
  });
}

export type KeyOptions = {
  readonly dataDir: string;
  readonly name: string;
  /** The keys that had this name are refused from now on: how a key is rotated without overlap. */
  readonly replace?: boolean;
  readonly environment?: Environment;
};

/** Makes an API key, while the service runs or not. The key is shown once and kept nowhere. */
export async function createKey(
  options: KeyOptions,
): Promise<Result<{ readonly key: string; readonly id: string }>> {
  const { dataDir, name, environment = process.env } = options;
  const config = storeOf(dataDir, environment);
  if (!config.ok) return config;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const store = await openStore(config.value);
  try {
    if (options.replace === true) await store.dropKeysNamed(name);
    return ok(await makeKey(store, name, Date.now()));
  } finally {
    await store.close();
  }
}

function storeOf(dataDir: string, environment: Environment): Result<StoreConfig> {
  const databaseUrl = environment.TALLYLIGHT_DATABASE_URL;
  if (databaseUrl === undefined || databaseUrl === '') return ok({ dataDir });
  if (!/^postgres(ql)?:\/\//.test(databaseUrl))
    return fail('usage', 'TALLYLIGHT_DATABASE_URL must begin with postgres://');
  return ok({ dataDir, databaseUrl });
}
