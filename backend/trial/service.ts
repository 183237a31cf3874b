import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { LogLine } from '../log.ts';
import { createKey, ROLES } from '../main.ts';
import { readMaster } from '../secrets/master.ts';
import { type Service, type ServiceConfig, startService } from '../serve.ts';
import { openStore, type StoreConfig } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { freshStores, variablesOf } from './outgrown.ts';

/** A service on a port of its own, with a clock that the test turns and a log that it reads. */
export type Trial = {
  readonly dataDir: string;
  /** Where it keeps what it keeps, if not in that folder. */
  readonly stores: Pick<StoreConfig, 'databaseUrl' | 'blobs'>;
  readonly key: string;
  readonly log: LogLine[];
  /** Unix time in milliseconds, as the service sees it. */
  readonly clock: { now: number };
  url: string;
  /** Closes the service and starts it again on the same folder. */
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** A folder that is removed after the test. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tallylight-backend-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** No test asks the internet: there no name has an address. */
async function nowhere() {
  return [];
}

export async function trial(config: Partial<ServiceConfig> = {}): Promise<Trial> {
  const dataDir = await folder();
  const log: LogLine[] = [];
  const clock = { now: Date.UTC(2030, 0, 1) };
  const stores = config.databaseUrl === undefined ? await freshStores() : {};
  const variables = variablesOf({ ...config, ...stores });
  const { key } = must(await createKey({ dataDir, name: 'trial', roles: ROLES, variables }));
  let service: Service | undefined;
  onTestFinished(() => service?.close());
  const start = async () => {
    const line = (each: LogLine) => void log.push(each);
    const own = { port: 0, dataDir, clock: () => clock.now, log: line };
    service = must(
      await startService({
        ...own,
        ...stores,
        ...config,
        webhooks: { resolve: nowhere, ...config.webhooks },
      }),
    );
    return service.url;
  };
  const running: Trial = {
    dataDir,
    stores,
    key,
    log,
    clock,
    url: await start(),
    async restart() {
      await service?.close();
      running.url = await start();
    },
    async close() {
      await service?.close();
    },
  };
  return running;
}

/** The store of a trial beside the service, as another process has it. The test closes it. */
export async function storeOf({ dataDir, stores }: Pick<Trial, 'dataDir' | 'stores'>): Promise<Store> {
  const master = must(await readMaster(dataDir, {}));
  return must(await openStore({ dataDir, ...stores }, master)).store;
}

type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

export function must<T>(result: Outcome<T>): T {
  expect(result).toMatchObject({ ok: true });
  if (!result.ok) throw new Error('the line before has thrown');
  return result.value;
}
