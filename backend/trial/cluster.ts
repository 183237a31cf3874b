import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createKey, ROLES, type Variables } from '../main.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { freshDatabase } from './database.ts';
import { type PostgresServer, startPostgres } from './postgres.ts';
import { type S3Server, startS3 } from './s3.ts';
import { must } from './service.ts';

export type Instance = {
  readonly url: string;
  readonly process: ChildProcess;
  /** Kills it as a power cut would. */
  readonly kill: () => Promise<void>;
};

export type Cluster = {
  /** The load balancer. */
  readonly url: string;
  readonly key: string;
  readonly instances: readonly Instance[];
  readonly balancer: Balancer;
  readonly variables: Variables;
  readonly dataDir: string;
  /** Where all of it is kept. */
  readonly databaseUrl: string;
  readonly s3: S3Server;
  /** Another instance, behind the same balancer. */
  readonly join: () => Promise<Instance>;
};

export type Clusters = {
  readonly fresh: (count?: number) => Promise<Cluster>;
  readonly stop: () => Promise<void>;
};

/** One PostgreSQL and one S3 server, on which each test has instances, a database and a place of its own. */
export async function startClusters(): Promise<Clusters> {
  const database = startPostgres();
  const s3 = await startS3();
  const ends: (() => unknown)[] = [s3.stop, database.stop];
  return {
    fresh: (count = 2) => cluster(database, s3, count, ends),
    async stop() {
      for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
    },
  };
}

async function cluster(
  server: PostgresServer,
  s3: S3Server,
  count: number,
  ends: (() => unknown)[],
): Promise<Cluster> {
  const name = `trial_${randomBytes(6).toString('hex')}`;
  const databaseUrl = await freshDatabase(server, name);
  const balancer = await startBalancer();
  ends.push(balancer.stop);
  const newFolder = async () => {
    const path = await mkdtemp(join(tmpdir(), 'tallylight-instance-'));
    ends.push(() => rm(path, { recursive: true, force: true }));
    return path;
  };
  const variables: Variables = {
    ...s3.variables,
    TALLYLIGHT_BLOBS: `s3://recordings/${name}`,
    TALLYLIGHT_DATABASE_URL: databaseUrl,
    TALLYLIGHT_MASTER_KEY: randomBytes(32).toString('base64'),
    TALLYLIGHT_PUBLIC_URL: balancer.url,
    TALLYLIGHT_INSTANCE_URL: 'http://127.0.0.1:0',
    TALLYLIGHT_COPIES_DIR: await newFolder(),
  };
  const dataDir = await newFolder();
  const { key } = must(await createKey({ dataDir, name: 'trial', roles: ROLES, variables }));
  const instances: Instance[] = [];
  const joined = async () => {
    const instance = await startInstance(await newFolder(), variables);
    ends.push(instance.kill);
    balancer.targets.push(instance.url);
    instances.push(instance);
    return instance;
  };
  for (let index = 0; index < count; index++) await joined();
  return { url: balancer.url, key, instances, balancer, variables, dataDir, databaseUrl, s3, join: joined };
}

/** One service as a process of its own, by its variables alone. */
export async function startInstance(dataDir: string, variables: Variables): Promise<Instance> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('instance.ts', import.meta.url))], {
    env: { PATH: process.env.PATH, ...variables, TRIAL_DATA: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = await once(createInterface(child.stdout), 'line');
  const { url, error } = JSON.parse(String(line));
  if (url === undefined) throw new Error(`the instance did not start: ${JSON.stringify(error)}`);
  return {
    url,
    process: child,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
