import { mkdirSync } from 'node:fs';
import { onTestFinished, vi } from 'vitest';
import type { AuditEvent } from '../../contract/audit.ts';
import type { Channel, ChannelMode } from '../../contract/channel.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import { openAuditLog, readAuditLog } from '../audit/log.ts';
import { startTestService, TEST_TOKEN, type TestService } from '../delivery/test-service.ts';
import type { Connection, Shell } from '../host.ts';
import { keyFileSecrets } from '../vault/key-file.ts';
import { done, TEST_SESSION, testFolder } from '../vault/test-vault.ts';
import { vaultIn } from '../vault/vault.ts';
import { openRecorder } from './recorder.ts';
import type { RecorderParts } from './recorder-parts.ts';
import type { SessionSnapshot } from './snapshot.ts';
import { type FakePipeline, fakePipeline, type TestTime } from './test-pipeline.ts';

export const SECOND_SESSION = 'cap-9876543210';
export const CHANNELS: readonly Channel[] = [
  { id: 'mic:default', kind: 'mic', name: 'Microphone', device: 'mic', isDefault: true },
  { id: 'system_audio:default', kind: 'system_audio', name: 'System', device: 'speakers', isDefault: true },
  { id: 'display:1', kind: 'display', name: 'Display', device: 'screen', isDefault: true },
];
/** What was on the screen when the person said yes. */
export const SAID = { text: 'Record what is ticked, for the purpose above.', locale: 'en' };
export type Modes = Readonly<Record<string, ChannelMode>>;
const ALL_OFF: Modes = { 'mic:default': 'off', 'system_audio:default': 'off', 'display:1': 'off' };

type Options = {
  readonly dataDir?: string;
  /** Milliseconds after the time at which the tests begin. */
  readonly startMs?: number;
  /** Services of the sessions that your backend hands out, one after the other. */
  readonly services?: readonly TestService[];
  /** Their sessions; as they are numbered where it is left out. */
  readonly sessionIds?: readonly string[];
  readonly parts?: Partial<RecorderParts>;
  readonly reopen?: Connection['reopen'];
  readonly shell?: Shell;
  readonly env?: Readonly<Record<string, string>>;
  /** A bug is what the test is about. */
  readonly expectsBug?: boolean;
};

export type TestRecorder = Awaited<ReturnType<typeof testRecorder>>;

/** A recorder with a real vault, audit log and HTTP in front of a scripted service, and fake devices. */
export async function testRecorder(options: Options = {}) {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const dataDir = options.dataDir ?? (await testFolder());
  mkdirSync(dataDir, { recursive: true });
  const services = [...(options.services ?? [await startTestService(TEST_SESSION)])];
  const [service] = services;
  if (service === undefined) throw new Error('a recorder needs a service');
  const ids = [...(options.sessionIds ?? [TEST_SESSION, SECOND_SESSION])];
  const time: TestTime = { ms: options.startMs ?? 0 };
  const pipelines = new Map<string, FakePipeline>();
  const logged: string[] = [];
  const happened: string[] = [];
  let changed: (() => void)[] = [];

  const secrets = done(await keyFileSecrets(dataDir));
  const now = () => new Date(Date.parse('2026-03-01T10:00:00.000Z') + time.ms);
  const log = done(await openAuditLog(dataDir, now, secrets));
  const grantOf = (of: TestService, sessionId: string, token = of.grant().token) =>
    ok({ server: of.url, sessionId, title: 'Weekly', token, expiresAtMs: now().getTime() + 600_000 });
  const connection: Connection = {
    open: async () => {
      const next = services.shift();
      const id = ids.shift();
      return next === undefined || id === undefined
        ? fail('service-unreachable', 'your backend')
        : grantOf(next, id, TEST_TOKEN);
    },
    reopen: options.reopen ?? (async (_server, sessionId) => grantOf(service, sessionId)),
  };

  const recorder = openRecorder({
    host: {
      kind: 'browser',
      dataDir,
      secrets,
      connection,
      env: options.env ?? {},
      log: (event, fields) => logged.push(`${event} ${JSON.stringify(fields ?? {})}`),
      ...(options.shell === undefined ? {} : { shell: options.shell }),
    },
    vault: vaultIn(dataDir, secrets),
    freeBytes: async () => ok(500e9),
    audit: {
      write: (actor, event) => {
        happened.push(`audit ${event.type}`);
        return log.write(actor, event);
      },
    },
    listChannels: async () => ok({ channels: CHANNELS, missing: [] }),
    permitted: async () => ok(undefined),
    newClock: (anchorWallMs = now().getTime()) => ({
      anchorWallMs,
      nowMs: () => now().getTime() - anchorWallMs,
      fromWallMs: (wallMs) => wallMs - anchorWallMs,
    }),
    openPipeline: (sessionId, _clock, { channel }, on, after) => {
      const fake = fakePipeline(sessionId, channel, on, time, after?.takes);
      pipelines.set(channel.id, fake);
      const start = () => {
        happened.push(`open ${channel.id}`);
        fake.start();
      };
      return { ...fake, start };
    },
    framesPerSecond: 15,
    act: 'window',
    now,
    onChange: () => {
      for (const check of changed) check();
    },
    ...options.parts,
  });
  onTestFinished(async () => {
    await recorder.close();
    vi.restoreAllMocks();
    const bugs = logged.filter((line) => line.startsWith('session.bug'));
    if (bugs.length > 0 && options.expectsBug !== true) throw new Error(bugs.join('\n'));
  });

  let revision = 0;
  function snapshot(): SessionSnapshot {
    revision += 1;
    return recorder.snapshot(revision);
  }
  /** Resolves when the snapshot fulfils a condition. */
  function when(condition: (snapshot: SessionSnapshot) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!condition(snapshot())) return;
        changed = changed.filter((other) => other !== check);
        resolve();
      };
      changed.push(check);
      check();
    });
  }
  /** Chooses exactly these modes and agrees to them. */
  async function agree(modes: Modes): Promise<Result<void>> {
    await when(({ terms, trouble }) => terms !== null || trouble !== null);
    for (const [id, mode] of Object.entries({ ...ALL_OFF, ...modes }))
      done(recorder.choose({ channelId: id, mode }));
    const channels = Object.entries(modes).map(([id, mode]) => ({ id, mode }));
    return recorder.agree({ channels, policyVersion: snapshot().terms?.policyVersion ?? 0, ...SAID });
  }
  /** A second passes on every device that is open. */
  function second(): void {
    time.ms += 1000;
    for (const fake of pipelines.values())
      if (fake.state() === 'starting' || fake.state() === 'live') fake.second();
  }
  return {
    recorder,
    service,
    dataDir,
    secrets,
    time,
    logged,
    happened,
    snapshot,
    when,
    agree,
    second,
    state: () => snapshot().session.state,
    pipeline: (id: string): FakePipeline => {
      const fake = pipelines.get(id);
      if (fake === undefined) throw new Error(`${id} has no pipeline`);
      return fake;
    },
    pipelines: () => pipelines.size,
    story: async (): Promise<AuditEvent[]> => done(await readAuditLog(dataDir)).map(({ event }) => event),
  };
}

/** A session was asked for, and everything of before was seen to as far as it can be. */
export async function settled({ recorder, when }: TestRecorder): Promise<void> {
  done(await recorder.refresh());
  await when(({ delivery }) => delivery.pendingRecordings === 0);
}
