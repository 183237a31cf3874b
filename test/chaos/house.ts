import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdLeash, type Leash } from '../../app/launch/stage/leash.ts';
import { type FaultyProxy, openFaultyProxy } from '../instruments/faulty-proxy.ts';
import { type Api, apiOf } from './api.ts';
import { deliver, type Order, type Recorder, record } from './client.ts';
import { ffmpegPath, hasFaketime, type WallClock, wallClock } from './clock.ts';
import { type Disk, mountDisk } from './disk.ts';
import { type LiveEar, liveEar } from './live-ear.ts';
import type { Machine } from './machine.ts';
import type { Schedule } from './schedule.ts';
import { CLI, type Service, serviceIn } from './service.ts';

/** What one schedule happens to: a service, a client, the network between them, a disk for each. */
export type House = {
  readonly folder: string;
  readonly clientDir: string;
  readonly serviceDir: string;
  readonly tempDir: string;
  readonly machine: Machine;
  readonly service: Service;
  readonly proxy: FaultyProxy;
  readonly api: Api;
  readonly ear: LiveEar;
  /** Undefined where this machine does not let us mount. */
  readonly disks: Readonly<Record<Side, Disk | undefined>>;
  /** Undefined where there is no libfaketime, or no fault of the schedule needs one. */
  readonly clocks: Readonly<Record<Side, WallClock | undefined>>;
  /** Every recorder that was started, the newest last: more than one of a session that went on. */
  readonly recorders: Recorder[];
  /** Starts a recorder with a session of its own. Throws where the service does not answer. */
  readonly record: () => Promise<Recorder>;
  /** Those that were killed, and whose sessions are to go on. */
  readonly goesOn: Set<Recorder>;
  /** Starts another recorder that goes on with the session of one that died. Throws where the service does not answer. */
  readonly goOn: (dead: Recorder) => Promise<Recorder>;
  readonly deliver: (sessionId: string) => Promise<number | null>;
  /** Runs a command of ours to its end. */
  readonly tallylight: (...args: string[]) => Promise<{ readonly code: number; readonly said: string }>;
  /** Ends everything but the folder; answers what could not be taken away. */
  readonly close: () => Promise<string[]>;
  readonly remove: () => Promise<void>;
};
export type Side = 'client' | 'service';

export async function openHouse(machine: Machine, schedule: Schedule): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'tallylight-chaos-'));
  const leash = await holdLeash('chaos-house');
  const place = (name: string) => join(folder, name);
  const [clientDir, serviceDir, tempDir] = [place('client'), place('service'), place('temp')];
  await mkdir(tempDir);
  const disks = { client: await mountDisk(clientDir), service: await mountDisk(serviceDir) };
  const clockFor = async (side: Side) =>
    hasFaketime && schedule.faults.some(({ kind }) => kind === `${side}-clock-jump`)
      ? wallClock(folder, side, side === 'client' ? ffmpegPath() : undefined)
      : undefined;
  const clocks = { client: await clockFor('client'), service: await clockFor('service') };
  const proxy = await openFaultyProxy(() => service.url(), schedule.seed);
  // Mark of everything that is ours, by which it is found where it was left behind.
  const env = { ...process.env, ...machine.env, TMPDIR: tempDir, TALLYLIGHT_CHAOS: folder };
  const service = serviceIn({
    leash,
    dataDir: serviceDir,
    logFile: place('service.log'),
    env: { ...env, ...clocks.service?.env, TALLYLIGHT_PUBLIC_URL: proxy.url },
  });
  const clientParts = (name: string) => ({
    leash,
    dataDir: clientDir,
    logFile: place(name),
    env: { ...env, ...clocks.client?.env },
  });
  const tallylight = (...args: string[]) => runCli(args, env);
  await service.start();
  const key = await keyFrom(tallylight, serviceDir);
  const api = apiOf(service.url, key);
  const ear = liveEar(api, service.url, key);
  const recorders: Recorder[] = [];
  const goesOn = new Set<Recorder>();
  const tokenFor = async (sessionId: string) =>
    String((await api.data('POST', '/capture/session/token', { session_id: sessionId })).token);

  async function start(sessionId: string, what: Order['what']): Promise<Recorder> {
    const order = { server: proxy.url, sessionId, token: await tokenFor(sessionId), what };
    const recorder = record(clientParts(`record-${recorders.length + 1}.log`), order);
    recorders.push(recorder);
    return recorder;
  }

  return {
    ...{
      folder,
      clientDir,
      serviceDir,
      tempDir,
      machine,
      service,
      proxy,
      api,
      ear,
      disks,
      clocks,
      recorders,
    },
    goesOn,
    record: async () => {
      const made = await api.data('POST', '/collection/default/capture/session', { end_user_id: 'ada' });
      const sessionId = String(made.id);
      const recorder = await start(sessionId, { liveOnly: schedule.liveOnly });
      ear.follow(sessionId);
      return recorder;
    },
    goOn: ({ sessionId }) => start(sessionId, 'goes-on'),
    deliver: async (sessionId) =>
      deliver(clientParts('deliver.log'), { server: proxy.url, sessionId, token: await tokenFor(sessionId) }),
    tallylight,
    close: () => close(leash, [disks.client, disks.service], { service, proxy, ear }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function runCli(args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, ['--no-warnings', CLI, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(String(chunk)));
  const [code] = await once(child, 'close');
  return { code: code as number, said: said.join('') };
}

async function keyFrom(tallylight: House['tallylight'], serviceDir: string): Promise<string> {
  const roles = ['capture', 'read', 'admin'].flatMap((role) => ['--role', role]);
  const args = ['--name', 'judge', ...roles, '--data', serviceDir, '--json'];
  const { said } = await tallylight('backend', 'key', 'create', ...args);
  const [, key] = /"key":"([^"]+)"/.exec(said) ?? [];
  if (key === undefined) throw new Error(`no key: ${said}`);
  return key;
}

async function close(
  leash: Leash,
  disks: readonly (Disk | undefined)[],
  { service, proxy, ear }: Pick<House, 'service' | 'proxy' | 'ear'>,
): Promise<string[]> {
  ear.close();
  await service.stop();
  await proxy.close();
  await leash.release();
  const left: string[] = [];
  for (const disk of disks)
    await disk?.unmount().catch((error: unknown) => left.push(`a disk is still in use: ${String(error)}`));
  return left;
}
