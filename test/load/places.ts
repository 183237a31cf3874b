import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKey, ROLES, type Variables } from '../../backend/main.ts';
import { type Balancer, startBalancer } from '../../backend/trial/balancer.ts';
import { type Instance, startClusters, startInstance } from '../../backend/trial/cluster.ts';

/** The service in one of its forms, as processes of their own behind a load balancer. */
export type PlaceOfLoad = {
  readonly url: string;
  readonly key: string;
  readonly dataDir: string;
  readonly variables: Variables;
  /** Kills an instance in the middle of whatever it does, and has another take its place. */
  readonly kill: () => Promise<void>;
  /** Most memory that any instance has had, in MiB. */
  readonly peakMiB: () => Promise<number>;
  /** Ends the service, but not what it keeps. */
  readonly end: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** One instance on SQLite and a folder; the one that is killed is started again on what it left. */
export async function oneOnDisk(): Promise<PlaceOfLoad> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tallylight-load-'));
  const balancer = await startBalancer();
  const variables: Variables = {
    TALLYLIGHT_MASTER_KEY: randomBytes(32).toString('base64'),
    TALLYLIGHT_PUBLIC_URL: balancer.url,
  };
  const { key } = await newKey(dataDir, variables);
  let instance = await startInstance(dataDir, variables);
  balancer.targets.push(instance.url);
  const peaks: number[] = [];
  return {
    ...{ url: balancer.url, key, dataDir, variables },
    async kill() {
      peaks.push(await peakOf(instance));
      await instance.kill();
      instance = await startInstance(dataDir, variables);
      balancer.targets.splice(0, 1, instance.url);
    },
    peakMiB: async () => Math.max(...peaks, await peakOf(instance)),
    end: () => instance.kill(),
    async stop() {
      await ended([instance], balancer);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Two instances on PostgreSQL and S3; the one that is killed is dead, and the other goes on. */
export async function twoOnPostgres(): Promise<PlaceOfLoad> {
  const clusters = await startClusters();
  const { url, key, dataDir, variables, instances } = await clusters.fresh();
  const peaks: number[] = [];
  return {
    ...{ url, key, dataDir, variables },
    async kill() {
      const [first] = instances;
      if (first === undefined) throw new Error('there are two');
      peaks.push(await peakOf(first));
      await first.kill();
    },
    peakMiB: async () => Math.max(...peaks, ...(await Promise.all(instances.map(peakOf)))),
    async end() {
      for (const instance of instances) await instance.kill();
    },
    stop: clusters.stop,
  };
}

async function newKey(dataDir: string, variables: Variables): Promise<{ readonly key: string }> {
  const made = await createKey({ dataDir, name: 'load', roles: ROLES, variables });
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}

async function ended(instances: readonly Instance[], balancer: Balancer): Promise<void> {
  for (const instance of instances) await instance.kill();
  await balancer.stop();
}

/** The high-water mark of Linux (proc(5)); 0 where there is none. */
async function peakOf({ process: { pid } }: Instance): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}
