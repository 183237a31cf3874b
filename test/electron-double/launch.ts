import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, type MockInstance, vi } from 'vitest';
import { writeTrayIcons } from '../../app/desktop/icons/write-icons.ts';
import type { Parts } from '../../app/desktop/parts.ts';
import { start } from '../../app/desktop/start.ts';
import { fail, ok } from '../../contract/result.ts';
import type { Connection, Host } from '../../main/host.ts';
import { type CaptureDouble, captureDouble } from './capture.ts';
import { fire } from './events.ts';
import { freshWorld, type Machine, type World, world } from './world.ts';

export const PAGE = '<!doctype html><title>another title</title>';
let distDir = '';
let stderr: MockInstance<typeof process.stderr.write>;

/** What was built, the log and the double's complaints; called once in a test file that launches the host. */
export function prepareLaunches(): void {
  beforeAll(async () => {
    distDir = await mkdtemp(join(tmpdir(), 'tallylight-dist-'));
    await mkdir(join(distDir, 'renderer'));
    await writeFile(join(distDir, 'renderer', 'index.html'), PAGE);
    await writeTrayIcons(join(distDir, 'desktop', 'tray'));
  });
  beforeEach(() => {
    stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  });
  afterEach(() => {
    stderr.mockRestore();
    vi.useRealTimers();
    expect(world.complaints).toEqual([]);
  });
  afterAll(() => rm(distDir, { recursive: true }));
}

export function logged(): string {
  return stderr.mock.calls.map(([line]) => String(line)).join('');
}

export type Launched = { readonly world: World; readonly capture: CaptureDouble; readonly host: () => Host };

/** Runs the real host on the double: start, ready, and on until its first snapshot arrived everywhere. */
export async function launch(
  machine: Partial<Machine> = {},
  changes: Partial<Parts> = {},
): Promise<Launched> {
  const fresh = freshWorld(machine);
  const capture = captureDouble();
  let given: Host | undefined;
  start({
    openCapture: async (host) => {
      given = host;
      return ok(capture);
    },
    keyFileSecrets: async () => ok(keyFile),
    yourBackend: () => connection,
    secretForCode: async () => fail('code-refused'),
    argv: [],
    distDir,
    platform: fresh.machine.platform,
    env: {},
    ...changes,
  });
  if (fresh.machine.linkBeforeReady !== undefined) fire('App', 'open-url', fresh.machine.linkBeforeReady);
  becomeReady(fresh);
  if (fresh.machine.first) await vi.waitFor(() => expect(fresh.trays).toHaveLength(1), { interval: 1 });
  return {
    world: fresh,
    capture,
    host: () => {
      if (given === undefined) throw new Error('capture was not opened');
      return given;
    },
  };
}

function becomeReady(fresh: World): void {
  fresh.isReady = true;
  fresh.ready.resolve();
}

export const keyFile = {
  kind: 'key-file',
  warning: 'key-file',
  wrap: async () => fail('internal', 'a double'),
  unwrap: async () => fail('internal', 'a double'),
} as const;

const refused = async () => fail('service-unreachable', 'a double');
export const connection: Connection = { open: refused, reopen: refused };
