import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { LogLine } from '../log.ts';
import { createKey } from '../main.ts';
import { type Service, type ServiceConfig, startService } from '../serve.ts';

/** A service on a port of its own, with a clock that the test turns and a log that it reads. */
export type Trial = {
  readonly dataDir: string;
  readonly key: string;
  readonly log: LogLine[];
  /** Unix time in milliseconds, as the service sees it. */
  readonly clock: { now: number };
  url: string;
  /** Closes the service and starts it again on the same folder. */
  readonly restart: () => Promise<void>;
};

/** A folder that is removed after the test. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tallylight-backend-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

export async function trial(config: Partial<ServiceConfig> = {}): Promise<Trial> {
  const dataDir = await folder();
  const log: LogLine[] = [];
  const clock = { now: Date.UTC(2030, 0, 1) };
  const environment = { TALLYLIGHT_DATABASE_URL: config.databaseUrl };
  const { key } = must(await createKey({ dataDir, name: 'trial', environment }));
  let service: Service | undefined;
  onTestFinished(() => service?.close());
  const start = async () => {
    const line = (each: LogLine) => void log.push(each);
    service = must(await startService({ port: 0, dataDir, clock: () => clock.now, log: line, ...config }));
    return service.url;
  };
  const running: Trial = {
    dataDir,
    key,
    log,
    clock,
    url: await start(),
    async restart() {
      await service?.close();
      running.url = await start();
    },
  };
  return running;
}

type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

export function must<T>(result: Outcome<T>): T {
  expect(result).toMatchObject({ ok: true });
  if (!result.ok) throw new Error('the line before has thrown');
  return result.value;
}
